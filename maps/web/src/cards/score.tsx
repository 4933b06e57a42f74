import { label, legend, word } from "../legend";
import { t } from "../lang";
import { num } from "../numbers";
import { Grade } from "../parts/grade";
import { Table } from "../parts/table";
import type { Cohort, Stake } from "./types";

type Values = Record<string, number | null>;

/** Each indicator beside its benchmark in the cohort, with its points; `own` heads the values. */
export function Indicators(given: { values: Values; cohort: Cohort | null; own: string }) {
  const { values, cohort, own } = given;
  if (!cohort) return null;
  return (
    <Table
      caption={t("指标（评价组：{c}）", "Indicators (cohort {c})", { c: cohort.label })}
      rows={cohort.indicators}
      id={(i) => i.id}
      columns={[
        {
          head: t("指标", "Indicator"),
          cell: (i) => (
            <>
              {i.label}
              {i.unit && <span class="unit small">{i.unit}</span>}
            </>
          ),
        },
        { head: t("权重", "Weight"), number: true, cell: (i) => num(i.weight, 0) },
        { head: own, number: true, cell: (i) => num(values[i.id], 3) },
        { head: t("基准", "Benchmark"), number: true, cell: (i) => num(i.benchmark, 3) },
        {
          head: t("与基准之比", "Ratio"),
          cell: (i) => <Ratio of={values[i.id]} to={i.benchmark} />,
        },
        { head: t("得分", "Points"), number: true, cell: (i) => num(values[`${i.id}_score`], 2) },
      ]}
    />
  );
}

/** A value against its benchmark: a bar that ends at twice the benchmark, marked in its middle. */
function Ratio(given: { of: number | null | undefined; to: number | null }) {
  const { of, to } = given;
  if (of === null || of === undefined || !to) return <span class="small">—</span>;
  const ratio = of / to;
  return (
    <span class="ratio" title={`${num(ratio * 100, 0)}%`}>
      <i style={{ width: `${Math.min(Math.max(ratio, 0), 2) * 50}%` }} aria-hidden="true" />
      <span>{num(ratio * 100, 0)}%</span>
    </span>
  );
}

/** The grade, how far it could go either way, and how far the next grades are. */
export function GradeSpan(given: { row: Record<string, unknown>; cohort: Cohort | null }) {
  const { row, cohort } = given;
  const [grade, best, worst] = [text(row.grade), text(row.joint_best), text(row.joint_worst)];
  const score = typeof row.score === "number" ? row.score : null;
  const { among, more } = ranked(text(row.grade_reason));
  return (
    <>
      <p>
        <Grade grade={grade} long /> {t("得分 {s}", "score {s}", { s: num(score, 2) })}
        {typeof row.rank === "number" && t("，第 {r} 名", ", rank {r}", { r: num(row.rank) })}
        {among !== null && t("，共 {n} 个", " of {n}", { n: num(among) })}
      </p>
      {best !== worst && (
        <p>
          {t("若待复核的对应有变，可能在", "Pending reviews could move it between")}{" "}
          <Grade grade={best} /> – <Grade grade={worst} />
        </p>
      )}
      {more && <p class="small">{more}</p>}
      {cohort && score !== null && <Steps cohort={cohort} score={score} grade={grade} />}
    </>
  );
}

/** Of how many, and what else the reason of a grade says beside the rank. */
function ranked(reason: string): { among: number | null; more: string } {
  const found = /^(?:第 \d+ 名，共 (\d+) 个|rank \d+ of (\d+))；?/.exec(reason);
  if (!found) return { among: null, more: reason };
  return { among: Number(found[1] ?? found[2]), more: reason.slice(found[0].length) };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What would change the grade: the points to the better grade and down to the worse one. */
function Steps(given: { cohort: Cohort; score: number; grade: string }) {
  const { cohort, score, grade } = given;
  const at = cohort.grades.findIndex((g) => g.grade === grade);
  const better = at > 0 ? cohort.grades[at - 1] : undefined;
  const own = cohort.grades[at];
  return (
    <ul class="plain">
      {better && typeof better.lowest === "number" && better.lowest > score && (
        <li>
          {t(
            "到 {g} 类差 {d} 分（该类最低 {l} 分）",
            "{d} points short of {g} (its lowest is {l})",
            {
              g: better.grade,
              d: num(better.lowest - score, 2),
              l: num(better.lowest, 2),
            },
          )}
          {atScale(cohort, score, better.lowest)}
        </li>
      )}
      {own && typeof own.lowest === "number" && (
        <li>
          {t("比本类最低分高 {d} 分", "{d} points above the lowest of its grade", {
            d: num(score - own.lowest, 2),
          })}
        </li>
      )}
    </ul>
  );
}

/** The land that would do, everything else as it is: scores by ratio go down as land goes up. */
function atScale(cohort: Cohort, score: number, wanted: number): string {
  const perMu = cohort.indicators.filter((i) => i.id.endsWith("_per_mu"));
  const weight = perMu.reduce((sum, i) => sum + (i.weight ?? 0), 0);
  const all = cohort.indicators.reduce((sum, i) => sum + (i.weight ?? 0), 0);
  if (score <= 0 || weight <= 0 || weight < all) return "";
  return t("，约合用地减为 {p}%", ", or land at about {p}%", { p: num((score / wanted) * 100, 0) });
}

/** Open questions of the review that would move a grade, if they are confirmed. */
export function Stakes(given: { rows: readonly Stake[] }) {
  if (given.rows.length === 0) return null;
  return (
    <Table
      caption={t("什么会改变它：待复核的对应", "What would change it: open questions")}
      rows={given.rows}
      id={(s) => `${s.parcel_code} ${s.uscc} ${s.subject_id}`}
      columns={[
        {
          head: t("对象", "Subject"),
          cell: (s) => `${word("subject_kind", s.subject_kind ?? "")} ${s.subject_id ?? ""}`,
        },
        {
          head: t("等级", "Grade"),
          cell: (s) => (
            <>
              <Grade grade={s.before ?? ""} /> → <Grade grade={s.after ?? ""} />
            </>
          ),
        },
        { head: t("用地变化（亩）", "Land (mu)"), number: true, cell: (s) => num(s.change_mu, 2) },
        { head: t("宗地", "Parcel"), cell: (s) => s.parcel_code },
        { head: t("企业", "Firm"), cell: (s) => s.uscc },
      ]}
    />
  );
}

/** The words of a grade of the other side, with the disagreement told. */
export function Beside(given: { parcel: string; firm: string }) {
  const differ = given.parcel && given.firm && given.parcel !== given.firm;
  return (
    <p>
      {t("宗地", "Parcel")} <Grade grade={given.parcel} /> · {t("使用企业", "user")}{" "}
      <Grade grade={given.firm} />{" "}
      {differ && (
        <strong class="warn">
          {t("两边等级不一致", "the two grades disagree")}（{label(legend.grades[given.parcel])} /{" "}
          {label(legend.grades[given.firm])}）
        </strong>
      )}
    </p>
  );
}
