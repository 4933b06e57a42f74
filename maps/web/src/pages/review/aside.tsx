import { useEffect, useState } from "preact/hooks";
import { t } from "../../lang";
import { MiniMap } from "../../map/mini";
import { mu, num } from "../../numbers";
import { Grade } from "../../parts/grade";
import { enterpriseHref, parcelHref } from "../../routes";
import { shapesOf } from "./shapes";
import type { Candidate, Question } from "./types";
import { placeName } from "./words";

const MAP_MS = 120;

/** Where it lies, and what would change with the answer. */
export function Aside(given: { question: Question }) {
  const { question } = given;
  const shapes = useShapes(question);
  return (
    <aside class="aside" aria-label={t("位置和影响", "Place and effect")}>
      <MiniMap
        shapes={shapes}
        label={t("宗地与候选企业的位置", "The plot and the candidates")}
        height="15.5rem"
      />
      <p class="small map-key">
        <span class="line asked" /> {t("本宗地", "the plot")} <span class="line first" />{" "}
        {t("甲的点和地", "A's point and land")} <span class="line other" />{" "}
        {t("乙的点和地", "B's point and land")}
      </p>
      <Plots candidates={question.candidates} />
      <Stakes question={question} />
      <Others question={question} />
    </aside>
  );
}

/** What the map shows: after the words are painted, and not of questions that are passed by. */
function useShapes(question: Question) {
  const [shapes, setShapes] = useState(() => shapesOf(question));
  useEffect(() => {
    const later = setTimeout(() => setShapes(shapesOf(question)), MAP_MS);
    return () => clearTimeout(later);
  }, [question]);
  return shapes;
}

function Plots(given: { candidates: Candidate[] }) {
  const all = given.candidates.flatMap((c) => c.plots.map((p) => ({ ...p, place: c.place })));
  if (all.length === 0) return null;
  const near = all.sort((a, b) => (a.distance_m ?? 0) - (b.distance_m ?? 0)).slice(0, 5);
  return (
    <>
      <h3>{t("候选企业的其他宗地", "Other plots of the candidates")}</h3>
      <ul class="plain">
        {near.map((p) => (
          <li key={`${p.place} ${p.parcel_code}`}>
            {placeName(p.place)} <a href={parcelHref(p.parcel_code)}>{p.parcel_code}</a>{" "}
            {mu(p.area_m2)} {t("亩", "mu")} · {num(p.distance_m)} {t("米外", "m away")}
          </li>
        ))}
        {all.length > near.length && (
          <li class="small">
            {t("另有 {n} 宗更远", "{n} more further away", { n: all.length - near.length })}
          </li>
        )}
      </ul>
    </>
  );
}

/** Grades that change, the land that moves, and how many firms and plots are touched. */
function Stakes(given: { question: Question }) {
  const { question } = given;
  return (
    <>
      <h3>{t("结论不同会改变什么", "What the answer changes")}</h3>
      <p class="small">
        {t(
          "涉及 {a} 亩；{f} 家企业、{p} 宗地的等级会变",
          "{a} mu at stake; grades of {f} firms and {p} plots change",
          {
            a: mu(question.area_m2),
            f: question.enterprises_changed ?? 0,
            p: question.parcels_changed ?? 0,
          },
        )}
      </p>
      <ul class="plain stakes">
        {question.stakes.map((s) => (
          <li key={`${s.subject_kind} ${s.subject_id}`}>
            <Grade grade={s.before} /> → <Grade grade={s.after} />{" "}
            {s.subject_kind === "enterprise" ? (
              <a href={enterpriseHref(s.subject_id)}>{s.name ?? s.subject_id}</a>
            ) : (
              <a href={parcelHref(s.subject_id)}>{s.subject_id}</a>
            )}
            {s.change_mu ? (
              <span class="small">
                {" "}
                {s.change_mu > 0 ? "+" : "−"}
                {num(Math.abs(s.change_mu), 2)} {t("亩", "mu")}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function Others(given: { question: Question }) {
  const { others } = given.question;
  if (others.length === 0) return null;
  return (
    <>
      <h3>{t("宗地上的其他企业", "Other firms on the plot")}</h3>
      <ul class="plain">
        {others.map((o) => (
          <li key={o.uscc}>
            <a href={enterpriseHref(o.uscc)}>{o.name}</a>{" "}
            <span class="small">
              {mu(o.area_m2)} {t("亩", "mu")}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
