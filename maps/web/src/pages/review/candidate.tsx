import type { ComponentChildren } from "preact";
import { enterpriseHref } from "../../routes";
import { word } from "../../legend";
import { t } from "../../lang";
import { num, percent } from "../../numbers";
import { type Evidence, waterfall } from "../../parts/bits";
import { EvidenceBars } from "../../parts/evidence";
import { Grade } from "../../parts/grade";
import { marked, type Piece } from "./marks";
import type { Candidate, Question } from "./types";
import { placeName, verdictWord } from "./words";

/** One firm it may be: its name against the holder's, its facts, and what speaks for and against. */
export function CandidateCard(given: {
  question: Question;
  candidate: Candidate;
  evidence: Evidence[] | null | undefined;
  scale: [number, number];
  blind: boolean;
}) {
  const { question, candidate, evidence, scale, blind } = given;
  const first = candidate.place === 1;
  return (
    <section
      class={first ? "candidate first" : "candidate second"}
      aria-label={t("候选{p}", "Candidate {p}", { p: placeName(candidate.place) })}
    >
      <h2>
        <span class="place">{placeName(candidate.place)}</span>{" "}
        <a href={enterpriseHref(candidate.uscc)}>
          {candidate.name ?? t("外辖区企业", "firm of another division")}
        </a>
      </h2>
      <Names question={question} candidate={candidate} />
      <Facts candidate={candidate} />
      {candidate.decision && (
        <p class="decided-note">
          {t("已有决定：", "Decided: ")}
          <b>{verdictWord(candidate.decision.verdict)}</b> · {candidate.decision.reviewer}
          {candidate.decision.reason && ` · ${candidate.decision.reason}`}
        </p>
      )}
      <Score question={question} candidate={candidate} blind={blind} />
      <EvidenceBars
        caption={t("候选{p}的证据", "Evidence for candidate {p}", {
          p: placeName(candidate.place),
        })}
        steps={waterfall(evidence ?? [])}
        scale={scale}
        blind={blind}
        waiting={evidence === undefined}
        shown={[`${question.plot.holder} ${candidate.name ?? ""}`]}
      />
    </section>
  );
}

/** The probability with its rival's, unless hidden. */
function Score(given: { question: Question; candidate: Candidate; blind: boolean }) {
  const { question, candidate, blind } = given;
  const probability =
    candidate.probability ?? (candidate.place === 2 ? question.rival_probability : null);
  return (
    <p class="score">
      {t("系统概率", "Probability")}{" "}
      <b>{blind ? t("（判断后显示）", "(shown once judged)") : percent(probability)}</b>
      <span class="small">
        {" "}
        {t("（计入其他候选）", "(others counted in)")}
        {candidate.relation &&
          ` · ${t("关系", "relation")} ${word("relation", candidate.relation)}`}
      </span>
    </p>
  );
}

/** Holder and firm, one above the other, with the characters marked that only one of them has. */
function Names(given: { question: Question; candidate: Candidate }) {
  const { question, candidate } = given;
  const holder = question.plot.holder;
  const name = candidate.name ?? "";
  const compare = candidate.relation !== "OCCUPY" && holder !== "" && !holder.includes("*");
  const [left, right] = compare && name ? marked(holder, name) : [plain(holder), plain(name)];
  const former = candidate.former_names?.split(/[；;]/).filter(Boolean) ?? [];
  return (
    <dl class="facts names">
      <dt>{t("权利人", "Holder")}</dt>
      <dd>{holder ? <Marked pieces={left} /> : "—"}</dd>
      <dt>{t("企业", "Firm")}</dt>
      <dd>
        <Marked pieces={right} />
      </dd>
      {former.map((old) => (
        <Fact key={old} label={t("曾用名", "Formerly")}>
          <Marked pieces={compare ? marked(holder, old)[1] : plain(old)} />
        </Fact>
      ))}
    </dl>
  );
}

const plain = (text: string): Piece[] => [{ text, same: true }];

function Marked(given: { pieces: Piece[] }) {
  return (
    <>
      {given.pieces.map((piece, i) =>
        piece.same ? <span key={i}>{piece.text}</span> : <mark key={i}>{piece.text}</mark>,
      )}
    </>
  );
}

function Fact(given: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{given.label}</dt>
      <dd>{given.children}</dd>
    </>
  );
}

function Facts(given: { candidate: Candidate }) {
  const c = given.candidate;
  if (c.name === null) return <p class="empty">{c.uscc}</p>;
  const or = (value: string | null): string => value || "—";
  return (
    <dl class="facts">
      <Fact label={t("代码", "Code")}>
        <code>{c.uscc}</code>
      </Fact>
      <Fact label={t("地址", "Address")}>{or(c.address)}</Fact>
      <Fact label={t("登记", "Status")}>
        <span class={c.status === "存续" ? "" : "alarm"}>{or(word("status", c.status))}</span> ·{" "}
        {t("行业 {i}", "industry {i}", { i: or(c.industry) })} · {or(word("size", c.size))}
      </Fact>
      <Fact label={t("等级", "Grade")}>
        <Grade grade={c.grade ?? ""} /> <span class="small">{rangeOf(c)}</span>
        {" · "}
        {t("现用地 {a} 亩", "{a} mu now", { a: num(c.occupied_mu, 2) })} ·{" "}
        {t("另有 {n} 宗", "{n} other plots", { n: c.plots.length })}
      </Fact>
      <Fact label={t("上报的点", "Point")}>{pointOf(c)}</Fact>
    </dl>
  );
}

/** What the grade may become with open questions answered otherwise, where that differs. */
const rangeOf = (c: Candidate): string =>
  c.grade_best && c.grade_worst && c.grade_best !== c.grade_worst
    ? t("可能 {a}–{b}", "may be {a}–{b}", { a: c.grade_best, b: c.grade_worst })
    : "";

function pointOf(c: Candidate): string {
  if (c.distance_m === null) return t("没有上报", "none reported");
  if (c.distance_m === 0) return t("在宗地内", "inside the plot");
  return t("距宗地 {d} 米", "{d} m from the plot", { d: num(c.distance_m) });
}
