import { t } from "../../lang";
import { moment } from "../../numbers";

export const ROLES = ["viewer", "reviewer", "publisher", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];
export type Right = "read" | "feed" | "review" | "publish" | "audit" | "keys";

/** What each role may; the service decides, this says it to those who choose. */
export const MAY: Record<Role, readonly Right[]> = {
  viewer: ["read", "feed"],
  reviewer: ["read", "feed", "review"],
  publisher: ["read", "feed", "review", "publish"],
  auditor: ["read", "audit"],
  admin: ["read", "feed", "keys"],
};

/** The word for a right. */
export function rightWord(right: string): string {
  const words: Record<string, string> = {
    read: t("查看", "read"),
    feed: t("取用地数据", "land-area feed"),
    review: t("复核、录入异议", "review, file objections"),
    publish: t("上传、发布、答复异议", "upload, publish, answer objections"),
    audit: t("查审计", "read the log"),
    keys: t("管密钥", "keep keys"),
  };
  return words[right] ?? right;
}

/** Divisions as typed: prefixes apart by anything that is no digit. */
export const divisionsOf = (typed: string): string[] => [
  ...new Set(typed.split(/[^0-9]+/).filter(Boolean)),
];

/** Divisions in words: "" is all of them. */
export const placed = (divisions: readonly string[]): string =>
  divisions.includes("") ? t("全部辖区", "all divisions") : divisions.join("、");

export interface Lived {
  revoked_at: string | null;
  expires_at: string | null;
}

/** Whether a key is in force, and what it says of it. */
export function life(key: Lived, now: number = Date.now()): { force: boolean; text: string } {
  if (key.revoked_at)
    return { force: false, text: t("已作废 {w}", "revoked {w}", { w: moment(key.revoked_at) }) };
  if (!key.expires_at) return { force: true, text: t("长期", "no end") };
  const days = Math.ceil((Date.parse(key.expires_at) - now) / 86_400_000);
  return days <= 0
    ? { force: false, text: t("已过期 {w}", "ended {w}", { w: moment(key.expires_at) }) }
    : { force: true, text: t("还有 {n} 天", "{n} days left", { n: days }) };
}
