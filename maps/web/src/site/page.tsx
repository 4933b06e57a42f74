import type { Map } from "maplibre-gl";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { label, legend } from "../legend";
import { lang, setLang, t } from "../lang";
import { drawable, tried } from "../map/library";
import { num } from "../numbers";
import { Chip, Grade } from "../parts/grade";
import { serveArchive } from "./archive";
import { type About, type Firms, type Grades, type Hit, type Plots, read, search } from "./data";
import { drawSite, filterGrades, type Mode, select } from "./map";

interface Loaded {
  about: About;
  plots: Plots;
  firms: Firms | undefined;
  grades: Grades | undefined;
}

/** The published map of a place: grades, legend as filter, search, what is known of one plot. */
export function SitePage() {
  const [loaded, setLoaded] = useState<Loaded>();
  const [fault, setFault] = useState("");
  useEffect(() => {
    load().then(setLoaded, (e: unknown) => setFault(String(e)));
  }, []);
  if (fault) return <p class="refused">{fault}</p>;
  if (!loaded) return <p class="loading">{t("读取中……", "Loading …")}</p>;
  return <Site loaded={loaded} />;
}

async function load(): Promise<Loaded> {
  const about = await read<About>("about");
  const have = (name: string): boolean => about.tables.includes(name);
  const [plots, firms, grades] = await Promise.all([
    read<Plots>("plots"),
    have("firms") ? read<Firms>("firms") : undefined,
    have("grades") ? read<Grades>("grades") : undefined,
  ]);
  serveArchive(new URL("data/land.pmtiles", document.baseURI).href);
  document.title = about.title;
  return { about, plots, firms, grades };
}

function Site(given: { loaded: Loaded }) {
  const { loaded } = given;
  const { about } = loaded;
  const modes = (["parcel_grade", "enterprise_grade"] as const).filter((m) =>
    about.columns.includes(m),
  );
  const [mode, setMode] = useState<Mode>(modes[0] ?? "parcel_grade");
  const [shown, setShown] = useState<string[]>(Object.keys(legend.grades));
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <>
      <header class="top">
        <h1 class="brand">{about.title}</h1>
        <span>
          {t("{y} 年度 · 截至 {d}", "{y} · as of {d}", { y: about.year, d: about.as_of })}
        </span>
        <button
          type="button"
          class="quiet"
          onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}
        >
          {lang.value === "zh" ? "English" : "中文"}
        </button>
      </header>
      <main class="site">
        <Canvas loaded={loaded} mode={mode} shown={shown} chosen={chosen} choose={setChosen} />
        <aside class="site-side">
          <Search loaded={loaded} choose={setChosen} />
          <Modes modes={modes} mode={mode} choose={setMode} />
          <Key loaded={loaded} mode={mode} shown={shown} change={setShown} />
          <Chosen loaded={loaded} codes={chosen} />
        </aside>
      </main>
      <footer class="site-foot">
        {about.approval
          ? t("审图号：{a}", "Map approval: {a}", { a: about.approval })
          : t("内部使用，未经地图审核，不得公开", "For internal use; not approved for the public")}
        {" · "}
        {t("第 {n} 号发布", "edition {n}", { n: about.edition })}
      </footer>
    </>
  );
}

function Canvas(given: {
  loaded: Loaded;
  mode: Mode;
  shown: string[];
  chosen: string[];
  choose: (codes: string[]) => void;
}) {
  const { loaded, mode, shown, chosen, choose } = given;
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<Map | undefined>(undefined);
  const latest = useRef(given); // what is wanted once the map is there, chosen while it was loaded
  latest.current = given;
  const goTo = (made: Map, codes: readonly string[]): void => {
    const at = loaded.plots.at[loaded.plots.parcel_code.indexOf(codes[0] ?? "")];
    if (at) made.easeTo({ center: at, zoom: Math.max(made.getZoom(), 15) });
  };
  useEffect(() => {
    if (!box.current) return undefined;
    const place = box.current;
    const made = tried(() => drawSite(place, loaded.about, mode));
    if (!made) return undefined;
    made.on("click", "plots", (e) => {
      const code: unknown = e.features?.[0]?.properties.parcel_code;
      if (typeof code === "string") choose([code]);
    });
    made.on("load", () => {
      map.current = made;
      filterGrades(made, mode, latest.current.shown);
      select(made, latest.current.chosen);
      goTo(made, latest.current.chosen);
    });
    return () => {
      map.current = undefined;
      made.remove();
    };
  }, [mode]);
  useEffect(() => {
    if (map.current) filterGrades(map.current, mode, shown);
  }, [shown]);
  useEffect(() => {
    if (!map.current) return;
    select(map.current, chosen);
    goTo(map.current, chosen);
  }, [chosen]);
  if (!drawable.value) {
    return (
      <p class="empty">
        {t("本机浏览器不能画图，请用右侧查询", "This browser cannot draw maps; use the search")}
      </p>
    );
  }
  return <div ref={box} class="site-map" role="application" aria-label={t("地图", "Map")} />;
}

function Search(given: { loaded: Loaded; choose: (codes: string[]) => void }) {
  const [text, setText] = useState("");
  const { plots, firms } = given.loaded;
  const hits = useMemo(() => search(text, plots, firms), [text, plots, firms]);
  return (
    <section class="panel">
      <label class="field">
        <span>{t("查企业或宗地代码", "Find a firm or a parcel code")}</span>
        <input type="search" value={text} onInput={(e) => setText(e.currentTarget.value)} />
      </label>
      <ul class="hits">
        {hits.map((hit) => (
          <li key={`${hit.kind} ${hit.title} ${hit.codes.join()}`}>
            <Found hit={hit} choose={given.choose} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Found(given: { hit: Hit; choose: (codes: string[]) => void }) {
  const { hit } = given;
  const text = (
    <>
      {hit.title} <Grade grade={hit.more} />
    </>
  );
  if (hit.codes.length === 0) return <span>{text}</span>;
  return (
    <button type="button" class="quiet" onClick={() => given.choose(hit.codes)}>
      {text}
    </button>
  );
}

function Modes(given: { modes: readonly Mode[]; mode: Mode; choose: (mode: Mode) => void }) {
  const words: Record<Mode, string> = {
    parcel_grade: t("按宗地等级", "By parcel grade"),
    enterprise_grade: t("按企业等级", "By enterprise grade"),
  };
  if (given.modes.length < 2) return null;
  return (
    <fieldset class="panel">
      <legend>{t("着色", "Colour")}</legend>
      {given.modes.map((mode) => (
        <label key={mode} class="choice">
          <input
            type="radio"
            name="mode"
            checked={mode === given.mode}
            onChange={() => given.choose(mode)}
          />
          {words[mode]}
        </label>
      ))}
    </fieldset>
  );
}

/** The legend, each line a switch, with plots counted and firms where that is published. */
function Key(given: {
  loaded: Loaded;
  mode: Mode;
  shown: string[];
  change: (shown: string[]) => void;
}) {
  const { loaded, mode, shown, change } = given;
  const plots = useMemo(() => count(loaded.plots[mode] ?? []), [loaded, mode]);
  const firms = (grade: string): number | null | undefined =>
    loaded.grades?.firms[loaded.grades.grade.indexOf(grade)];
  return (
    <fieldset class="panel">
      <legend>{t("图例（可选择显示）", "Legend (choose what to show)")}</legend>
      {Object.entries(legend.grades).map(([grade, entry]) => (
        <label key={grade} class="choice">
          <input
            type="checkbox"
            checked={shown.includes(grade)}
            onChange={(e) =>
              change(e.currentTarget.checked ? [...shown, grade] : shown.filter((g) => g !== grade))
            }
          />
          <Chip entry={entry} text={entry.mark ?? grade} />
          <span>{label(entry)}</span>
          <span class="small">
            {t("{n} 宗", "{n} plots", { n: num(plots.get(grade) ?? 0) })}
            {firms(grade) === null && ` · ${t("企业数不公布", "firms withheld")}`}
            {typeof firms(grade) === "number" &&
              ` · ${t("{n} 家", "{n} firms", { n: num(firms(grade)) })}`}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function count(values: readonly string[]): globalThis.Map<string, number> {
  const found = new globalThis.Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

function Chosen(given: { loaded: Loaded; codes: string[] }) {
  const { plots, firms } = given.loaded;
  const rows = given.codes.map((code) => ({ code, n: plots.parcel_code.indexOf(code) }));
  if (rows.length === 0) return null;
  return (
    <section class="panel" aria-live="polite">
      <h2>{t("所选地块", "Chosen plots")}</h2>
      {rows.map(({ code, n }) => (
        <p key={code}>
          <b>{code}</b>
          <br />
          {plots.parcel_grade && (
            <>
              {t("宗地", "parcel")} <Grade grade={plots.parcel_grade[n] ?? ""} />{" "}
            </>
          )}
          {plots.enterprise_grade && (
            <>
              {t("使用企业", "user")} <Grade grade={plots.enterprise_grade[n] ?? ""} />
            </>
          )}
          <br />
          <span>{users(firms, code)}</span>
        </p>
      ))}
    </section>
  );
}

/** Names of the firms on a plot, where links are published. */
function users(firms: Firms | undefined, code: string): string {
  const names = firms?.name ?? [];
  return (firms?.plots ?? [])
    .flatMap((codes, i) => (codes.includes(code) ? [names[i] ?? ""] : []))
    .join("；");
}
