import { useEffect, useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { parcelHref } from "../../routes";
import { t } from "../../lang";
import { moment, mu, num } from "../../numbers";
import { Bucket } from "../../parts/grade";
import { Aside } from "./aside";
import type { Bench } from "./bench";
import { type Evidence, reach, waterfall } from "../../parts/bits";
import { CandidateCard } from "./candidate";
import type { Question } from "./types";
import { verdictWord } from "./words";

/** The question on the bench: plot, candidates side by side, map and effects. */
export function QuestionView(given: { bench: Bench; blind: boolean }) {
  const { bench, blind } = given;
  const question = bench.question.value;
  const second = useSecondLook(question);
  if (!question) {
    if (bench.at.value || bench.loading.value)
      return (
        <p class="loading" aria-busy="true">
          {t("读取中……", "Loading …")}
        </p>
      );
    return (
      <p class="empty">
        {t(
          "这里没有未定的条目了。换一个筛选，或看进度。",
          "Nothing open is left here. Try another filter.",
        )}
      </p>
    );
  }
  const evidence = question.candidates.map((c) =>
    c.evidence.length > 0 || c.place === 1 ? c.evidence : second,
  );
  const scale = reach(evidence.map((e) => waterfall(e ?? [])));
  return (
    <article
      class="question"
      data-question={`${question.plot.parcel_code} ${question.candidates[0]?.uscc}`}
    >
      <div class="plot-head">
        <h2>{asked(question)}</h2>
        <p>
          <a href={parcelHref(question.plot.parcel_code)}>{question.plot.parcel_code}</a> ·{" "}
          {question.plot.location || "—"} · {question.plot.land_use || "—"} ·{" "}
          {num(question.plot.area_m2, 2)} m²（{mu(question.plot.area_m2)} {t("亩", "mu")}）{" "}
          <Bucket of="parcel" bucket={question.plot.bucket} />
        </p>
        <Notices bench={bench} question={question} />
      </div>
      <div class={question.candidates.length > 1 ? "candidates two" : "candidates"}>
        {question.candidates.map((c, i) => (
          <CandidateCard
            key={c.uscc}
            question={question}
            candidate={c}
            evidence={evidence[i]}
            scale={scale}
            blind={blind}
          />
        ))}
      </div>
      <Aside question={question} />
    </article>
  );
}

/** The question in words. */
function asked(question: Question): string {
  const first = question.candidates[0];
  if (first?.relation === "OWN" && question.plot.holder)
    return t("权利人“{h}”是哪家企业？", "Which firm is the holder “{h}”?", {
      h: question.plot.holder,
    });
  return question.question || t("这家企业与宗地有没有关系？", "Does the firm belong to the plot?");
}

/** Who else is at it, and what waits. */
function Notices(given: { bench: Bench; question: Question }) {
  const { bench, question } = given;
  return (
    <>
      {bench.held.value && (
        <p class="notice" role="status">
          {t(
            "{w} 已领走这一条，至 {d}；可以看，不能决定。",
            "{w} works on it until {d}: look, do not decide.",
            {
              w: bench.held.value,
              d: moment(question.claimed_until),
            },
          )}
        </p>
      )}
      {question.waiting.map((w) => (
        <p class="notice" key={w.number}>
          {t(
            "{w} 提出“{v}”，等第二人确认（P）。",
            "{w} said “{v}”; it waits for a second person (P).",
            {
              w: w.reviewer,
              v: verdictWord(w.verdict),
            },
          )}
        </p>
      ))}
      {!question.queued && (
        <p class="notice">{t("这一对不在复核清单中。", "This pair is not in the queue.")}</p>
      )}
    </>
  );
}

/** What to compare for a rival that has no link of its own; undefined where it has, or nobody may. */
function lookFor(question: Question | null) {
  const [first, rival] = question?.candidates ?? [];
  if (!question || !rival || rival.evidence.length > 0 || first?.relation !== "OWN")
    return undefined;
  const { holder, parcel_code } = question.plot;
  if (!holder || holder.includes("*")) return undefined;
  const body = {
    name: holder,
    code: "",
    address: "",
    datum: "" as const,
    parcel_code,
    limit: 20,
    edition: question.edition,
  };
  return { key: `${parcel_code} ${rival.uscc}`, uscc: rival.uscc, body };
}

/** That evidence, compared now: undefined while it is on its way, null where there is none. */
function useSecondLook(question: Question | null): Evidence[] | null | undefined {
  const [found, setFound] = useState<{ key: string; evidence: Evidence[] | null }>();
  const look = lookFor(question);
  useEffect(() => {
    if (!look) return;
    data(api.POST("/v1/match", { body: look.body }))
      .then((told) => told.candidates.find((c) => c.uscc === look.uscc)?.evidence ?? null)
      .catch(() => null)
      .then((evidence) => setFound({ key: look.key, evidence }));
  }, [look?.key]);
  if (!look) return null;
  return found?.key === look.key ? found.evidence : undefined;
}
