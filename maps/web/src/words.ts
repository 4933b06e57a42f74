import { t } from "./lang";

/** The word for the state of an edition. */
export function stateWord(state: string): string {
  const words: Record<string, string> = {
    draft: t("草稿", "draft"),
    objection: t("征求异议", "open to objections"),
    approved: t("已审定", "approved"),
    published: t("已发布", "published"),
    withdrawn: t("已撤回", "withdrawn"),
  };
  return words[state] ?? state;
}

/** The word for a role. */
export function roleWord(role: string): string {
  const words: Record<string, string> = {
    viewer: t("查看", "viewer"),
    reviewer: t("复核", "reviewer"),
    publisher: t("发布", "publisher"),
    auditor: t("审计", "auditor"),
    admin: t("管理", "administrator"),
  };
  return words[role] ?? role;
}
