import { useEffect } from "preact/hooks";
import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from "preact-iso";
import { chooseEdition, edition, editions } from "./edition";
import { lang, setLang, t } from "./lang";
import { may, me, signedIn } from "./me";
import { Only } from "./parts/only";
import { Toasts } from "./parts/toast";
import { BASE, CARDS, href, type Place, PLACES } from "./routes";
import { signOut } from "./session";
import { roleWord, stateWord } from "./words";

export function App() {
  return (
    <LocationProvider scope={BASE}>
      <Frame />
    </LocationProvider>
  );
}

/** A page for those who have the right to it; its code is fetched while that is being asked. */
function guarded(place: Place) {
  return function Guarded() {
    void place.page.preload();
    return (
      <Only right={place.needs}>
        <place.page />
      </Only>
    );
  };
}
const ROUTES = PLACES.map((p) => ({ path: BASE + p.path, page: guarded(p) }));

function Frame() {
  const { path } = useLocation();
  return (
    <>
      <a class="skip" href="#main">
        {t("跳到正文", "Skip to content")}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary>
          {me.value && !me.value.sees && path !== `${BASE}/sign-in` ? (
            <Closed />
          ) : (
            <Router>
              {ROUTES.map((r) => (
                <Route key={r.path} path={r.path} component={r.page} />
              ))}
              <Route path={`${BASE}/parcels/:code`} component={CARDS.parcel} />
              <Route path={`${BASE}/enterprises/:uscc`} component={CARDS.enterprise} />
              <Route path={`${BASE}/sign-in`} component={CARDS.signIn} />
              <Route default component={Elsewhere} />
            </Router>
          )}
        </ErrorBoundary>
      </main>
      <Toasts />
    </>
  );
}

/** What the public sees of a locality that publishes nothing. */
function Closed() {
  return (
    <div class="page">
      <section class="panel narrow">
        <p>
          {t("当地没有公布内容，请先登录。", "This locality publishes nothing; please sign in.")}
        </p>
        <a class="button main" href={href("/sign-in")}>
          {t("登录", "Sign in")}
        </a>
      </section>
    </div>
  );
}

/** The bare address opens the map; an unknown one says so. */
function Elsewhere() {
  const { path, route } = useLocation();
  const bare = path.replace(/\/$/, "") === BASE;
  useEffect(() => {
    if (bare) route(href("/map"), true);
  }, [bare, route]);
  return bare ? null : <p class="empty">{t("没有这一页", "There is no such page")}</p>;
}

function Header() {
  const { path } = useLocation();
  const seen = PLACES.filter((p) => may(p.needs));
  return (
    <header class="top">
      <a class="brand" href={href("/map")}>
        {edition.value?.title || t("地企对应", "geomujun")}
      </a>
      <nav aria-label={t("页面", "Pages")}>
        {(["see", "work"] as const).map((group) => (
          <ul key={group}>
            {seen
              .filter((p) => p.group === group)
              .map((p) => (
                <li key={p.path}>
                  <a
                    href={href(p.path)}
                    aria-current={path.startsWith(BASE + p.path) ? "page" : undefined}
                  >
                    {p.label()}
                  </a>
                </li>
              ))}
          </ul>
        ))}
      </nav>
      <Editions />
      <button
        type="button"
        class="quiet"
        lang={lang.value === "zh" ? "en" : "zh-CN"}
        onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}
      >
        {lang.value === "zh" ? "English" : "中文"}
      </button>
      <Person />
    </header>
  );
}

/** Year and edition; drafts say so. */
function Editions() {
  const known = editions.value ?? [];
  if (known.length === 0) return null;
  return (
    <label class="edition">
      <span class="hidden">{t("年度和发布", "Year and edition")}</span>
      <select
        value={edition.value?.number}
        onChange={(e) => chooseEdition(Number(e.currentTarget.value))}
      >
        {known.map((one) => (
          <option key={one.number} value={one.number}>
            {t("{y} 年 · 第 {n} 号", "{y} · no. {n}", { y: one.year, n: one.number })} ·{" "}
            {stateWord(one.state)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Person() {
  if (!signedIn.value) {
    return (
      <a class="button" href={href("/sign-in")}>
        {t("登录", "Sign in")}
      </a>
    );
  }
  return (
    <span class="person">
      <span title={me.value?.divisions.map((d) => d.name || d.code).join("、")}>
        {me.value?.subject} · {roleWord(me.value?.role ?? "")}
      </span>
      <button type="button" class="quiet" onClick={signOut}>
        {t("退出", "Sign out")}
      </button>
    </span>
  );
}
