import { stateWord } from "../../words";
import { t } from "../../lang";

/** The word for what was done. */
export function actionWord(action: string): string {
  const words: Record<string, string> = {
    load: t("导入数据", "loaded"),
    upload: t("上传案卷", "sent a case"),
    publish: t("生成发布", "built an edition"),
    decision: t("复核决定", "decided"),
    proposal: t("复核意见", "proposed"),
    confirm: t("第二人同意", "confirmed"),
    refuse: t("第二人不同意", "refused"),
    claim: t("领取", "claimed"),
    release: t("释放", "released"),
    import: t("导入决定", "imported decisions"),
    open: t("重开疑点", "reopened a finding"),
    closed: t("关闭疑点", "closed a finding"),
    "field-check": t("实地核查", "checked on the ground"),
    object: t("录入异议", "filed an objection"),
    upheld: t("异议：采纳", "upheld"),
    dismissed: t("异议：不予采纳", "dismissed"),
    key: t("发放密钥", "made a key"),
    revoke: t("作废密钥", "revoked a key"),
    grant: t("授予角色", "gave a role"),
    withdraw: t("收回角色", "took a role back"),
    "sign-in": t("统一登录", "signed in"),
    objection: t("转入征求异议", "opened to objections"),
    approved: t("审定", "approved"),
    published: t("发布", "published"),
    withdrawn: t("撤回发布", "withdrew an edition"),
  };
  return words[action] ?? stateWord(action);
}

/** What may be asked for by name; others appear in the rows. */
export const ACTIONS = [
  "load", "upload", "publish", "objection", "approved", "published", "withdrawn", "decision",
  "proposal", "confirm", "refuse", "closed", "field-check", "object", "upheld", "dismissed", "key", "revoke",
  "grant", "withdraw",
] as const; // prettier-ignore

/** `edition/3` → what kind of thing, and which one. */
export function subjectWord(subject: string): string {
  const [kind = "", ...rest] = subject.split("/");
  const words: Record<string, string> = {
    edition: t("发布", "edition"),
    load: t("导入", "load"),
    case: t("案卷", "case"),
    pair: t("宗地—企业", "pair"),
    finding: t("疑点", "finding"),
    plot: t("宗地", "plot"),
    objection: t("异议", "objection"),
    key: t("密钥", "key"),
    subject: t("用户", "user"),
    file: t("文件", "file"),
  };
  return words[kind] ? `${words[kind]} ${rest.join(" · ")}` : subject;
}

/** Details as lines of name and value; what is nested is written as JSON. */
export function detailLines(details: Record<string, unknown>): [string, string][] {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => [
      name,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]);
}
