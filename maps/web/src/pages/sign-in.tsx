import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAct } from "../api/act";
import { api, data } from "../api/client";
import { useLoaded } from "../api/use";
import { t } from "../lang";
import { me, unknown } from "../me";
import { arrive, hindrance, leave, type Oidc, returned } from "../oidc";
import { Page, Refused } from "../parts/page";
import { href } from "../routes";
import { signIn, signOut } from "../session";

/** Sign in by the issuer's page, where one is set up, or by key. */
export default function SignIn() {
  const { route } = useLocation();
  const known = Boolean(me.value?.role);
  useEffect(() => {
    if (known) route(href("/map"), true);
  }, [known, route]);
  return (
    <Page title={t("登录", "Sign in")}>
      <div class="narrow">
        <p>
          {t(
            "地企对应：每宗工业用地由谁使用、效益如何、怎么整治。",
            "Industrial land and its users: who uses it, what it yields, what to mend.",
          )}
        </p>
        <ByIssuer />
        <ByKey />
      </div>
    </Page>
  );
}

/** Where the locality has an issuer: its button, and what became of who comes back from it. */
function ByIssuer() {
  const ways = useLoaded(() => data(api.GET("/v1/sign-in")), []);
  const { busy, problem, run } = useAct();
  useEffect(() => {
    const told = returned();
    if (told) void run(() => arrive(told));
  }, []);
  const { oidc: way, down } = ways.data ?? { oidc: null, down: false };
  if (!way && !down && !problem) return null;
  return (
    <section class="panel" aria-label={t("统一登录", "OIDC")}>
      {problem && <Refused problem={problem} />}
      {down && (
        <p class="refused">
          {t("统一登录暂时连不上，请稍后再试或用密钥。", "OIDC is down; try later, or use a key.")}
        </p>
      )}
      {way && <Leave way={way} busy={busy} go={() => void run(() => leave(way))} />}
    </section>
  );
}

function Leave(given: { way: Oidc; busy: boolean; go: () => void }) {
  const hindered = hindrance(given.way);
  return (
    <>
      <button
        type="button"
        class="main"
        disabled={given.busy || hindered !== ""}
        onClick={given.go}
      >
        {t("统一登录", "Sign in by OIDC")}
      </button>
      <p class="small">{hindered || new URL(given.way.issuer).host}</p>
    </>
  );
}

/** Sign in by key. The key stays in this tab and goes into the header of requests, nowhere else. */
function ByKey() {
  const [given, setGiven] = useState("");
  return (
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
  );
}
