import { t } from "../../lang";
import type { Verdict } from "./types";

export type Choice = "first" | "second" | "neither" | "not" | "split" | "unsure";

export const verdictWord = (verdict: string): string =>
  ({
    same: t("是", "same"),
    different: t("不是", "different"),
    unsure: t("暂不能定", "unsure"),
  })[verdict] ?? verdict;

/** What a candidate is called: 甲 the one asked about, 乙 its rival. */
export const placeName = (place: number): string =>
  place === 1 ? t("甲", "A") : place === 2 ? t("乙", "B") : t("其他", "other");

/** Reasons that are one key away; the text is what the decision keeps. */
export function reasons(choice: Choice): string[] {
  const same = [
    t("权利证书、合同核对一致", "title deed and contract agree"),
    t("企业曾用名或已更名", "former name of the firm"),
    t("简称、错字或分支机构", "short form, misprint or branch"),
    t("现场核实在此生产", "seen producing on site"),
    t("企业书面确认", "confirmed by the firm in writing"),
  ];
  const different = [
    t("名称相近的另一企业", "another firm of like name"),
    t("行业或地址不符", "trade or address does not agree"),
    t("证件号码不符", "code does not agree"),
    t("已搬迁或注销", "moved away or dissolved"),
    t("现场核实不在此生产", "not seen on site"),
  ];
  const unsure = [
    t("材料不足，待企业补证", "papers missing, asked of the firm"),
    t("待现场核查", "to be seen on site"),
    t("待不动产登记机构核对", "to be checked with the registry"),
  ];
  const split = [
    t("按租赁合同面积", "by lease contract"),
    t("按不动产登记份额", "by registered shares"),
    t("按企业申报并经现场核对", "as told by the firms, seen on site"),
    t("按实测面积", "as surveyed"),
  ];
  return { first: same, second: same, neither: different, not: different, split, unsure }[choice];
}

export const choiceWord = (choice: Choice, two = false): string =>
  ({
    first: t("是甲", "It is A"),
    second: t("是乙", "It is B"),
    neither: t("都不是", "Neither"),
    not: two ? t("不是甲", "Not A") : t("不是", "Not this firm"),
    split: t("拆分面积", "Split the area"),
    unsure: t("暂不能定", "Unsure"),
  })[choice];

/** The keys of the page, as `?` lists them. */
export function shortcuts(): [string, string][] {
  return [
    ["A", t("是甲（所问企业）", "it is A, the firm asked about")],
    ["B", t("是乙（另一候选）", "it is B, the other candidate")],
    ["N", t("都不是", "neither")],
    ["R", t("不是甲，不涉及乙", "not A, nothing said of B")],
    ["S", t("拆分面积", "split the area")],
    ["U", t("暂不能定", "unsure")],
    ["1–9", t("选一个理由并记下", "take a reason and record it")],
    ["T", t("写理由；回车记下", "write a reason; Enter records it")],
    ["Esc", t("取消", "cancel")],
    ["Z", t("撤销上一条决定", "undo the last decision")],
    ["J ↓ · K ↑", t("下一条 · 上一条，不作决定", "next · previous, nothing decided")],
    ["G", t("事实相同的几条一起决定", "decide questions of equal facts at once")],
    ["P", t("待第二人确认的意见", "opinions that wait for a second person")],
    ["H", t("隐藏或显示概率", "hide or show probabilities")],
    ["?", t("这张表", "this list")],
  ];
}

/** The verdict on the firm asked about that a choice stands for. */
export const verdictOf = (choice: Choice): Verdict =>
  choice === "first" || choice === "split" ? "same" : choice === "unsure" ? "unsure" : "different";
