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

/** The tables of an edition, and where the service lists them. */
export const OUTPUTS: readonly Output[] = [
  {
    name: "plots",
    path: "/v1/parcels",
    label: () => t("宗地（含图形）", "Parcels, drawn"),
    shaped: true,
  },
  {
    name: "firms",
    path: "/v1/enterprises",
    label: () => t("企业（含点位）", "Enterprises, with points"),
    shaped: true,
  },
  { name: "links", path: "/v1/links", label: () => t("地企对应", "Links") },
  { name: "ledger", path: "/v1/ledger", label: () => t("用地台账", "Ledger") },
  { name: "ledger_lines", path: "/v1/ledger-lines", label: () => t("台账明细", "Ledger lines") },
  {
    name: "enterprise_evaluation",
    path: "/v1/evaluations/enterprises",
    label: () => t("企业评价", "Enterprise evaluation"),
  },
  {
    name: "parcel_evaluation",
    path: "/v1/evaluations/parcels",
    label: () => t("宗地评价", "Parcel evaluation"),
  },
  {
    name: "region_evaluation",
    path: "/v1/evaluations/regions",
    label: () => t("园区与区域评价", "Parks and regions"),
  },
  {
    name: "group_evaluation",
    path: "/v1/evaluations/groups",
    label: () => t("行业与区划汇总", "Industries and towns"),
  },
  { name: "benchmarks", path: "/v1/benchmarks", label: () => t("评价基准", "Benchmarks") },
  {
    name: "low_efficiency",
    path: "/v1/low-efficiency",
    label: () => t("低效用地提示", "Low-efficiency land"),
  },
  {
    name: "screening_rules",
    path: "/v1/screening-rules",
    label: () => t("筛查规则执行情况", "Screening rules"),
  },
  { name: "cross_check", path: "/v1/findings", label: () => t("疑点", "Findings") },
  {
    name: "parcel_reconciliation",
    path: "/v1/reconciliation/parcels",
    label: () => t("宗地清点", "Parcels reconciled"),
  },
  {
    name: "enterprise_reconciliation",
    path: "/v1/reconciliation/enterprises",
    label: () => t("企业清点", "Enterprises reconciled"),
  },
  {
    name: "grade_stakes",
    path: "/v1/grade-stakes",
    label: () => t("待复核涉及等级", "Grades at stake"),
  },
  {
    name: "group_suggestions",
    path: "/v1/group-suggestions",
    label: () => t("疑似集团", "Suggested groups"),
  },
  { name: "rejects", path: "/v1/rejects", label: () => t("剔除记录", "Rejected rows") },
];

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
  const grades = [...seen].sort((a, b) => (a || "~").localeCompare(b || "~"));
  return { grades, count: (before, after) => counts.get(`${before}>${after}`) ?? 0 };
}
