import type { ComponentChildren } from "preact";
import { t } from "../lang";
import { may, me, type Right, unknown } from "../me";

/** Content for those who have a right; others are told what they lack. The service decides anyway. */
export function Only(given: { right: Right; children: ComponentChildren }) {
  if (may(given.right)) return <>{given.children}</>;
  if (!me.value && !unknown.value)
    return (
      <p class="loading" aria-busy="true">
        {t("读取中……", "Loading …")}
      </p>
    );
  return (
    <div class="page">
      <p class="refused" role="alert">
        {t(
          "你的角色没有这一页的权限，请向管理员申请。",
          "Your role may not use this page; ask the administrator.",
        )}
      </p>
    </div>
  );
}
