import { t } from "../../lang";

export type State = "draft" | "objection" | "approved" | "published" | "withdrawn";

/** The states an edition passes, in order; it can be withdrawn from each of them. */
export const WAY: readonly State[] = ["draft", "objection", "approved", "published"];

/** The state after this one; none after the last. */
export function nextOf(state: string): State | undefined {
  const at = WAY.indexOf(state as State);
  return at < 0 ? undefined : WAY[at + 1];
}

/** What the next step is called, and what it brings about. */
export function stepWords(state: State): { title: string; yes: string; what: string } {
  const words: Record<State, [string, string, string]> = {
    draft: ["", "", ""],
    objection: [
      t("转入征求异议", "Open to objections"),
      t("转入征求异议", "Open it"),
      t(
        "企业可以对用地面积提出异议；表中的数字不再变化，更正在下一个发布中体现。",
        "Firms may object to their areas. The figures stay as they are; corrections go into the next edition.",
      ),
    ],
    approved: [
      t("审定", "Approve"),
      t("审定", "Approve"),
      t("异议处理完毕，结果可以公布。", "Objections are dealt with; the result may be published."),
    ],
    published: [
      t("发布", "Publish"),
      t("发布", "Publish"),
      t(
        "成为本年度对外公布的版本；没有密钥的人只看到公布政策允许的内容。",
        "It becomes what the public sees of this year, as far as the publication policy allows.",
      ),
    ],
    withdrawn: [
      t("撤回这个发布", "Withdraw this edition"),
      t("撤回", "Withdraw"),
      t(
        "不再展示，由前一个发布代替；记录和数据仍然保留，撤回后不能恢复。",
        "It is shown no more, the one before takes its place. Records and data are kept; this cannot be undone.",
      ),
    ],
  };
  const [title, yes, what] = words[state];
  return { title, yes, what };
}

export interface Output {
  name: string;
  path: string;
  label: () => string;
  shaped?: boolean;
}

/** The tables of an edition: name, where the service lists it, and its words. */
const TABLES = [
  ["plots", "/v1/parcels", "宗地（含图形）", "Parcels, drawn"],
  ["firms", "/v1/enterprises", "企业（含点位）", "Enterprises, with points"],
  ["links", "/v1/links", "地企对应", "Links"],
  ["ledger", "/v1/ledger", "用地台账", "Ledger"],
  ["ledger_lines", "/v1/ledger-lines", "台账明细", "Ledger lines"],
  ["enterprise_evaluation", "/v1/evaluations/enterprises", "企业评价", "Enterprise evaluation"],
  ["parcel_evaluation", "/v1/evaluations/parcels", "宗地评价", "Parcel evaluation"],
  ["region_evaluation", "/v1/evaluations/regions", "园区与区域评价", "Parks and regions"],
  ["group_evaluation", "/v1/evaluations/groups", "行业与区划汇总", "Industries and towns"],
  ["benchmarks", "/v1/benchmarks", "评价基准", "Benchmarks"],
  ["low_efficiency", "/v1/low-efficiency", "低效用地提示", "Low-efficiency land"],
  ["screening_rules", "/v1/screening-rules", "筛查规则执行情况", "Screening rules"],
  ["cross_check", "/v1/findings", "疑点", "Findings"],
  ["parcel_reconciliation", "/v1/reconciliation/parcels", "宗地清点", "Parcels reconciled"],
  [
    "enterprise_reconciliation",
    "/v1/reconciliation/enterprises",
    "企业清点",
    "Enterprises reconciled",
  ],
  ["grade_stakes", "/v1/grade-stakes", "待复核涉及等级", "Grades at stake"],
  ["group_suggestions", "/v1/group-suggestions", "疑似集团", "Suggested groups"],
  ["rejects", "/v1/rejects", "剔除记录", "Rejected rows"],
] as const;
const SHAPED: readonly string[] = ["plots", "firms"];

export const OUTPUTS: readonly Output[] = TABLES.map(([name, path, zh, en]) => ({
  name,
  path,
  label: () => t(zh, en),
  shaped: SHAPED.includes(name),
}));

/** How many moved from grade to grade: `before → after → count`, for both sides' grades in order. */
export function transitions(rows: readonly { before?: unknown; after?: unknown }[]): {
  grades: string[];
  count: (before: string, after: string) => number;
} {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const row of rows) {
    const [before, after] = [text(row.before), text(row.after)];
    seen.add(before).add(after);
    const mark = `${before}>${after}`;
    counts.set(mark, (counts.get(mark) ?? 0) + 1);
  }
  const grades = [...seen].filter(Boolean).sort();
  if (seen.has("")) grades.push("");
  return { grades, count: (before, after) => counts.get(`${before}>${after}`) ?? 0 };
}
