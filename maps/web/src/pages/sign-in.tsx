import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../lang";
import { me, unknown } from "../me";
import { Page } from "../parts/page";
import { href } from "../routes";
import { signIn, signOut } from "../session";

/** Sign in by key. The key stays in this tab and goes into the header of requests, nowhere else. */
export default function SignIn() {
  const { route } = useLocation();
  const [given, setGiven] = useState("");
  const known = Boolean(me.value?.role);
  useEffect(() => {
    if (known) route(href("/map"), true);
  }, [known, route]);
  return (
    <Page title={t("登录", "Sign in")}>
      <form
        class="panel"
        onSubmit={(e) => {
          e.preventDefault();
          signOut();
          signIn(given.trim());
        }}
      >
        <label class="field">
          <span>{t("密钥", "Key")}</span>
          <input
            type="password"
            autocomplete="off"
            required
            pattern="\s*gmj_[A-Za-z0-9_\-]{20,}\s*"
            title={t("以 gmj_ 开头，由管理员发放", "begins with gmj_, given by an administrator")}
            value={given}
            onInput={(e) => setGiven(e.currentTarget.value)}
          />
        </label>
        {unknown.value && (
          <p class="refused" role="alert">
            {unknown.value}
          </p>
        )}
        <button type="submit" class="main">
          {t("登录", "Sign in")}
        </button>
        <p class="small">
          {t(
            "密钥只保存在这个标签页里，关闭即清除。没有密钥时只能看到当地公布的内容。",
            "The key stays in this tab and is gone when it closes. Without one, you see what the locality publishes.",
          )}
        </p>
      </form>
    </Page>
  );
}
