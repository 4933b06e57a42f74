import { t } from "../../lang";
import { label, legend, word } from "../../legend";
import type { Kind } from "../../parts/cells";

export interface Choice {
  value: string;
  text: string;
}
export interface Filter {
  name: string;
  label: () => string;
  /** What may be chosen; without, a text is typed. */
  choices?: () => Choice[];
  pattern?: string;
}
export interface ListColumn {
  name: string;
  label: () => string;
  kind: Kind;
  /** Not shown until it is chosen. */
  more?: boolean;
}
export interface ListTable {
  id: string;
  path: string;
  label: () => string;
  filters: readonly Filter[];
  columns: readonly ListColumn[];
  /** Columns the service sorts by. */
  sorts?: readonly string[];
  shaped?: boolean;
  /** What its rows are on the map; without, they are not there. */
  of?: "parcel" | "enterprise";
}

const entries = (of: Record<string, { label: string; en: string }>): Choice[] =>
  Object.entries(of)
    .filter(([value]) => value !== "")
    .map(([value, entry]) => ({ value, text: label(entry) }));
const words = (kind: string, codes: readonly string[]): Choice[] =>
  codes.map((value) => ({ value, text: word(kind, value) }));
const grades = (): Choice[] => entries(legend.grades);
const yes = (): Choice[] => [
  { value: "true", text: t("是", "yes") },
  { value: "false", text: t("否", "no") },
];
const DIVISION: Filter = {
  name: "division",
  label: () => t("区划代码", "Division code"),
  pattern: "[0-9]{2,12}",
};
const PARCEL: Filter = {
  name: "parcel_code",
  label: () => t("宗地代码", "Parcel code"),
  pattern: "[0-9A-Za-z]{1,40}",
};
const USCC: Filter = {
  name: "uscc",
  label: () => t("信用代码", "Credit code"),
  pattern: "[0-9A-Za-z_.:\\-]{1,40}",
};
const SEARCH: Filter = {
  name: "q",
  label: () => t("查找", "Search"),
  pattern: ".{2,60}",
};
const column = (name: string, zh: string, en: string, kind: Kind, more = false): ListColumn => ({
  name,
  label: () => t(zh, en),
  kind,
  more,
});
export const LOW_RULES = [
  "IDLE_1", "IDLE_2", "GEWY", "YEWJ", "JEWT", "TEWD", "LOW_TAX", "LOW_CLASS", "LOW_FAR_OLD",
  "LOW_FAR_NEW", "COV", "OFFICE", "INVEST", "HIGH_LOW", "RENT_LOOP",
]; // prettier-ignore

const PARCELS: ListTable = {
  id: "parcels",
  path: "/v1/parcels",
  sorts: ["area_m2", "tax_per_mu"],
  label: () => t("宗地", "Parcels"),
  shaped: true,
  of: "parcel",
  filters: [
    SEARCH,
    { name: "bucket", label: () => t("清点归类", "Bucket"), choices: () => entries(legend.parcel_buckets) },
    { name: "parcel_grade", label: () => t("宗地等级", "Parcel grade"), choices: grades },
    { name: "enterprise_grade", label: () => t("企业等级", "Firm grade"), choices: grades },
    { name: "low_efficiency", label: () => t("低效提示", "Low efficiency"), choices: yes },
    { name: "review", label: () => t("待复核", "To review"), choices: yes },
    {
      name: "kind",
      label: () => t("种类", "Kind"),
      choices: () => [
        { value: "parcel", text: t("宗地", "parcel") },
        { value: "patch", text: t("无证图斑", "patch without parcel") },
      ],
    },
    DIVISION,
  ],
  columns: [
    column("parcel_code", "宗地代码", "Parcel code", "parcel"),
    column("location", "坐落", "Location", "text"),
    column("bucket", "归类", "Bucket", "parcel_bucket"),
    column("holder", "权利人", "Holder", "text"),
    column("users", "实际使用企业", "Users", "list"),
    column("area_m2", "登记面积（亩）", "Area, mu", "m2"),
    column("parcel_grade", "宗地等级", "Parcel grade", "grade"),
    column("enterprise_grade", "企业等级", "Firm grade", "grade"),
    column("tax_per_mu", "亩均税收（万元/亩）", "Tax, 10⁴ yuan/mu", "number"),
    column("low_efficiency", "低效提示", "Low", "flag"),
    column("findings", "疑点", "Findings", "whole"),
    column("land_use", "用途", "Use", "text", true),
    column("review", "待复核", "To review", "flag", true),
    column("tax_class", "亩均税收分档", "Tax class", "whole", true),
  ],
}; // prettier-ignore
const ENTERPRISES: ListTable = {
  id: "enterprises",
  path: "/v1/enterprises",
  sorts: ["occupied_mu", "score"],
  label: () => t("企业", "Enterprises"),
  shaped: true,
  of: "enterprise",
  filters: [
    SEARCH,
    { name: "bucket", label: () => t("清点归类", "Bucket"), choices: () => entries(legend.enterprise_buckets) },
    { name: "grade", label: () => t("等级", "Grade"), choices: grades },
    { name: "industry", label: () => t("行业代码", "Industry"), pattern: "[0-9A-Z]{1,5}" },
    DIVISION,
  ],
  columns: [
    column("name", "企业名称", "Name", "text"),
    column("uscc", "信用代码", "Credit code", "firm"),
    column("bucket", "归类", "Bucket", "firm_bucket"),
    column("grade", "等级", "Grade", "grade"),
    column("score", "得分", "Score", "number"),
    column("rank", "名次", "Rank", "whole"),
    column("occupied_mu", "实际占用（亩）", "Occupied, mu", "number"),
    column("industry", "行业", "Industry", "text"),
    column("size", "规模", "Size", { word: "size" }),
    column("status", "登记状态", "Status", { word: "status" }),
    column("former_names", "曾用名", "Former names", "text", true),
    column("address", "地址", "Address", "text", true),
  ],
}; // prettier-ignore
const LINKS: ListTable = {
  id: "links",
  path: "/v1/links",
  sorts: ["area_m2", "probability"],
  label: () => t("对应关系", "Links"),
  filters: [
    PARCEL,
    USCC,
    { name: "relation", label: () => t("关系", "Relation"), choices: () => words("relation", ["OWN", "LEASE", "SUBLEASE", "GROUP_USE", "OCCUPY", "REGISTERED_ONLY"]) },
    { name: "band", label: () => t("档", "Band"), choices: () => words("band", ["auto", "review"]) },
    { name: "decision", label: () => t("人工决定", "Decision"), choices: () => words("decision", ["same", "different", "unsure"]) },
    DIVISION,
  ],
  columns: [
    column("parcel_code", "宗地代码", "Parcel code", "parcel"),
    column("uscc", "信用代码", "Credit code", "firm"),
    column("relation", "关系", "Relation", { word: "relation" }),
    column("area_m2", "对应面积（亩）", "Area, mu", "m2"),
    column("area_method", "面积方法", "Method", { word: "area_method" }),
    column("probability", "可信概率", "Probability", "share"),
    column("band", "档", "Band", { word: "band" }),
    column("decision", "人工决定", "Decision", { word: "decision" }),
    column("valid_from", "起", "From", "text"),
    column("valid_to", "止", "To", "text"),
    column("rival_uscc", "竞争企业", "Rival", "firm", true),
    column("rival_probability", "竞争概率", "Rival's probability", "share", true),
    column("lease_id", "合同编号", "Contract", "text", true),
    column("weight_bits", "总权重（比特）", "Weight, bits", "number", true),
  ],
}; // prettier-ignore
const LOW: ListTable = {
  id: "low-efficiency",
  path: "/v1/low-efficiency",
  sorts: ["area_mu"],
  label: () => t("低效用地", "Low efficiency"),
  filters: [
    PARCEL,
    { name: "rule", label: () => t("规则", "Rule"), choices: () => words("rule", LOW_RULES) },
    DIVISION,
  ],
  columns: [
    column("parcel_code", "宗地代码", "Parcel code", "parcel"),
    column("rule", "规则", "Rule", { word: "rule" }),
    column("measured", "实测值", "Measured", "number"),
    column("threshold", "阈值", "Threshold", "number"),
    column("unit", "单位", "Unit", { word: "unit" }),
    column("area_mu", "面积（亩）", "Area, mu", "number"),
    column("path", "建议路径", "Suggested path", "text"),
    column("basis", "依据", "Basis", "text"),
  ],
};
const REJECTS: ListTable = {
  id: "rejects",
  path: "/v1/rejects",
  label: () => t("剔除记录", "Rejects"),
  filters: [],
  columns: [
    column("file", "文件", "File", "text"),
    column("row", "行", "Row", "whole"),
    column("field", "字段", "Field", "text"),
    column("value", "值", "Value", "text"),
    column("reason", "原因", "Reason", "text"),
  ],
};

/** The lists of the page, in order. */
export const LISTS: readonly ListTable[] = [PARCELS, ENTERPRISES, LINKS, LOW, REJECTS];

export const tableOf = (id: string | undefined): ListTable =>
  LISTS.find((one) => one.id === id) ?? PARCELS;

/** Of what the address says, what the list can be asked by. */
export function filtersOf(table: ListTable, query: Record<string, string>): Record<string, string> {
  const known = table.filters.map((f) => [f.name, query[f.name]?.trim() ?? ""] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== ""));
}

/** The order the address asks for: a column, downwards with a minus; "" where it is none of the list. */
export function sortOf(table: ListTable, query: Record<string, string>): string {
  const asked = query.sort ?? "";
  return table.sorts?.includes(asked.replace(/^-/, "")) ? asked : "";
}

/** The order a click on a head asks for: the most first, then the least, then the list's own. */
export function nextSort(now: string, column: string): string {
  if (now === `-${column}`) return column;
  return now === column ? "" : `-${column}`;
}
