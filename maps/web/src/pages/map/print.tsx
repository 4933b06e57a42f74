import type { Map } from "maplibre-gl";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { edition } from "../../edition";
import { t } from "../../lang";
import { distance } from "../../map/geodesy";
import { num } from "../../numbers";
import { Dialog } from "../../parts/dialog";
import { say } from "../../parts/toast";
import { makeMap, follow } from "./canvas";
import { approvalLine } from "./ground";
import { countOf } from "./key";
import { awaiting } from "./overlays";
import { hidden, layers, legendView, mode, only } from "./state";
import { PLOTS_FROM } from "../../map/style";
import { layerName } from "./key";
import { modeName } from "./modes";

export const PAPERS = {
  "a4-landscape": { zh: "A4 横", en: "A4 landscape", width: 297, height: 210 },
  "a4-portrait": { zh: "A4 竖", en: "A4 portrait", width: 210, height: 297 },
  "a3-landscape": { zh: "A3 横", en: "A3 landscape", width: 420, height: 297 },
  "a3-portrait": { zh: "A3 竖", en: "A3 portrait", width: 297, height: 420 },
} as const;
export type Paper = keyof typeof PAPERS;
const PIXEL_MM = 25.4 / 96;
const MARGIN_MM = 10;
const HEAD_MM = 16;
const FOOT_MM = 12;
const KEY_MM = 62;
const READY_MS = 20_000;
const NICE = [1, 2, 5];

/** The round length nearest below so many metres, for a scale bar. */
export function niceLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return power * (NICE.filter((n) => n * power <= metres).at(-1) ?? 1);
}

/** Choose title and paper; the sheet is then drawn at twice the screen's fineness and printed. */
export function PrintDialog(given: { map: Map; close: () => void }) {
  const place = edition.value?.title ?? "";
  const [title, setTitle] = useState(`${place}${t("工业用地图", " industrial land")} · ${modeName(mode.value)}`); // prettier-ignore
  const [paper, setPaper] = useState<Paper>("a4-landscape");
  return (
    <Dialog title={t("打印地图", "Print the map")} close={given.close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          given.close();
          showSheet(given.map, title, paper);
        }}
      >
        <label class="field">
          <span>{t("图名", "Title")}</span>
          <input value={title} maxLength={60} onInput={(e) => setTitle(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("纸张", "Paper")}</span>
          <select value={paper} onChange={(e) => setPaper(e.currentTarget.value as Paper)}>
            {(Object.keys(PAPERS) as Paper[]).map((p) => (
              <option key={p} value={p}>
                {t(PAPERS[p].zh, PAPERS[p].en)}
              </option>
            ))}
          </select>
        </label>
        <p class="small">
          {t(
            "打印窗口里可选“另存为 PDF”。",
            "In the print window choose “Save as PDF” for a file.",
          )}
        </p>
        <button type="submit" class="main">
          {t("打印", "Print")}
        </button>
      </form>
    </Dialog>
  );
}

/** The paper of the next print, as a style of our own making: the policy allows no inline one. */
function paperStyle(paper: Paper): CSSStyleSheet {
  const { width, height } = PAPERS[paper];
  const style = new CSSStyleSheet();
  style.replaceSync(`@page { size: ${width}mm ${height}mm; margin: 0 }`);
  return style;
}

/** The sheet stands beside the app, so that printing leaves out all of the app. */
function showSheet(map: Map, title: string, paper: Paper): void {
  const root = document.createElement("div");
  root.className = "map-print";
  document.body.append(root);
  const style = paperStyle(paper);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  const close = (): void => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== style);
    render(null, root);
    root.remove();
  };
  render(<Sheet map={map} title={title} paper={paper} close={close} />, root);
}

/** The sheet: it covers the page until it was printed. */
function Sheet(given: { map: Map; title: string; paper: Paper; close: () => void }) {
  const { map, paper } = given;
  const box = useRef<HTMLDivElement>(null);
  const [bar, setBar] = useState<Scale | null>(null);
  const size = PAPERS[paper];
  const width = size.width - 2 * MARGIN_MM - KEY_MM;
  const height = size.height - 2 * MARGIN_MM - HEAD_MM - FOOT_MM;
  useEffect(() => {
    if (!box.current) return undefined;
    const seen = map.getBounds().toArray().flat() as [number, number, number, number];
    const made = makeMap(box.current, edition.peek()?.number ?? 0, seen, {
      pixelRatio: 2,
      interactive: false,
      canvasContextAttributes: { preserveDrawingBuffer: true },
    });
    const end = follow(made, () => edition.peek()?.number ?? 0);
    made.fitBounds(seen, { animate: false, padding: 0 });
    const late = setTimeout(
      () => say(t("地图没有画完", "the map is not finished"), true),
      READY_MS,
    );
    made.once("load", () => {
      setBar(scaleOf(made));
      const print = (): void => {
        if (awaiting()) return void made.once("idle", print); // parks, cells and other shapes
        clearTimeout(late);
        box.current?.closest(".map-sheet")?.setAttribute("data-ready", "true");
        window.print();
      };
      made.once("idle", print);
    });
    const done = (): void => given.close();
    window.addEventListener("afterprint", done);
    return () => {
      clearTimeout(late);
      window.removeEventListener("afterprint", done);
      end();
      made.remove();
    };
  }, []);
  return (
    <div
      class={`map-sheet ${paper}`}
      style={{ width: `${size.width}mm`, height: `${size.height}mm` }}
    >
      <header>
        <h1>{given.title}</h1>
        <Mark />
      </header>
      <div class="map-sheet-body">
        <div ref={box} style={{ width: `${width}mm`, height: `${height}mm` }} />
        <SheetKey bar={bar} />
      </div>
      <Foot />
      <button type="button" class="map-sheet-close" onClick={given.close}>
        {t("返回地图", "Back to the map")}
      </button>
    </div>
  );
}

/** Metres of a round length at the middle of a map, how long it is on paper; cells or plots. */
interface Scale {
  mm: number;
  metres: number;
  ratio: number;
  cells: boolean;
}

function scaleOf(map: Map): Scale {
  const { clientWidth, clientHeight } = map.getContainer();
  const at = (x: number): [number, number] => {
    const p = map.unproject([x, clientHeight / 2]);
    return [p.lng, p.lat];
  };
  const across = 100;
  const span = distance(at(clientWidth / 2 - across / 2), at(clientWidth / 2 + across / 2));
  const perMm = span / (across * PIXEL_MM);
  const metres = niceLength(perMm * 40);
  const cells = map.getZoom() < PLOTS_FROM;
  return { mm: metres / perMm, metres, ratio: perMm * 1000, cells };
}

function Mark() {
  const published = edition.value?.state === "published";
  return published ? null : <strong class="map-sheet-mark">{t("内部资料", "Internal")}</strong>;
}

function SheetKey(given: { bar: Scale | null }) {
  const view = legendView.value;
  const { bar } = given;
  const marks = [...layers.value].filter((l) => l !== "letters");
  const shown = view.classes.filter((c) => !hidden.value.has(c.key));
  const filtered = only.value.size > 0 || shown.length < view.classes.length;
  return (
    <aside class="map-sheet-key">
      <p class="north" role="img" aria-label={t("北", "North")}>
        ▲<br />
        {t("北", "N")}
      </p>
      <h2>
        {t("图例", "Key")} · {modeName(mode.value)}
        {mode.value === "tax" && t("（万元/亩）", " (10⁴ yuan/mu)")}
      </h2>
      <ul class="plain">
        {shown.map((c) => {
          const told = countOf(view.group, c.cells);
          return (
            <li key={c.key}>
              <i
                class={c.hatch ? "swatch hatched" : "swatch"}
                style={{ backgroundColor: c.colour, color: c.text }}
              >
                {c.mark}
              </i>
              {c.name}
              {told && (
                <small>
                  {" "}
                  {num(told.plots)} {t("宗", "plots")} {num(told.mu)} {t("亩", "mu")}
                </small>
              )}
            </li>
          );
        })}
        {marks.map((layer) => (
          <li key={layer}>
            <i class={`line line-${layer}`} /> {layerName(layer)}
          </li>
        ))}
      </ul>
      {bar?.cells && (
        <p>{t("方格为该处地块按面积的构成", "squares: the land there, by area of each class")}</p>
      )}
      {filtered && <p>{t("图中地块经过筛选", "plots are filtered")}</p>}
      {bar && (
        <div class="map-sheet-scale">
          <div style={{ width: `${bar.mm}mm` }} />
          <span>
            {bar.metres >= 1000 ? `${num(bar.metres / 1000)} km` : `${num(bar.metres)} m`} · 1 :{" "}
            {num(Math.round(bar.ratio / 100) * 100)}
          </span>
        </div>
      )}
    </aside>
  );
}

function Foot() {
  const shown = edition.value;
  const today = new Date();
  const day = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`; // prettier-ignore
  return (
    <footer>
      <span>
        {t(
          "{y} 年数据，对应截至 {d}，第 {n} 号发布",
          "figures of {y}, links as of {d}, edition {n}",
          {
            y: shown?.year ?? "",
            d: shown?.as_of ?? "",
            n: shown?.number ?? "",
          },
        )}
      </span>
      <span>{t("制图日期 {d}", "drawn on {d}", { d: day })}</span>
      <span>
        {approvalLine() ||
          t("审图号：________（未用底图；公开使用前须送审）", "Approval no.: ________")}
      </span>
    </footer>
  );
}
