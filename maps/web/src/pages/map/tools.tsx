import type { Map } from "maplibre-gl";
import { type Signal, useSignal } from "@preact/signals";
import { edition, editions } from "../../edition";
import { t } from "../../lang";
import { Grade } from "../../parts/grade";
import { editionName } from "./compare";
import { measure, measuring } from "./measure";
import { PrintDialog } from "./print";
import { approvalLine } from "./ground";
import { beside, selected } from "./state";

interface Plot {
  code: string;
  parcel: string;
  firm: string;
}
const MOST = 300;

/** Plots drawn in the view, from the north-west down. */
function plotsIn(map: Map): Plot[] {
  const found: Record<string, Plot> = {};
  for (const { properties: p } of map.queryRenderedFeatures({ layers: ["plots"] })) {
    const code = String(p.parcel_code);
    found[code] = {
      code,
      parcel: String(p.parcel_grade ?? ""),
      firm: String(p.enterprise_grade ?? ""),
    };
  }
  return Object.values(found).sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** What can be done with the map. */
export function Tools(given: { map: Signal<Map | null> }) {
  const map = given.map.value;
  const listed = useSignal<Plot[] | null>(null);
  const printing = useSignal(false);
  if (!map) return null;
  const toggle = (what: "length" | "area"): void => measure(measuring.value === what ? null : what);
  return (
    <>
      <div class="map-tools" role="toolbar" aria-label={t("地图工具", "Map tools")}>
        <button type="button" aria-label={t("放大", "Zoom in")} onClick={() => map.zoomIn()}>
          ＋
        </button>
        <button type="button" aria-label={t("缩小", "Zoom out")} onClick={() => map.zoomOut()}>
          －
        </button>
        <button
          type="button"
          aria-pressed={measuring.value === "length"}
          onClick={() => toggle("length")}
        >
          {t("量距", "Distance")}
        </button>
        <button
          type="button"
          aria-pressed={measuring.value === "area"}
          onClick={() => toggle("area")}
        >
          {t("量面积", "Area")}
        </button>
        <button
          type="button"
          aria-expanded={listed.value !== null}
          onClick={() => (listed.value = listed.value ? null : plotsIn(map))}
        >
          {t("列出图中地块", "List plots in view")}
        </button>
        <Beside />
        <button type="button" onClick={() => (printing.value = true)}>
          {t("打印", "Print")}
        </button>
      </div>
      <p class="map-approval">{approvalLine()}</p>
      {listed.value && <Listed plots={listed.value} close={() => (listed.value = null)} />}
      {printing.value && <PrintDialog map={map} close={() => (printing.value = false)} />}
    </>
  );
}

/** Another edition beside the one shown. */
function Beside() {
  const others = (editions.value ?? []).filter((e) => e.number !== edition.value?.number);
  if (others.length === 0) return null;
  return (
    <label class="map-beside">
      <span class="hidden">{t("与另一发布对比", "Compare with another edition")}</span>
      <select
        value={beside.value ?? ""}
        onChange={(e) => (beside.value = Number(e.currentTarget.value) || null)}
      >
        <option value="">{t("对比：无", "Compare: none")}</option>
        {others.map((e) => (
          <option key={e.number} value={e.number}>
            {t("对比：", "Compare: ")}
            {editionName(e.number)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The plots of the view as a list: the way to them without a mouse. */
function Listed(given: { plots: readonly Plot[]; close: () => void }) {
  const { plots, close } = given;
  const most = plots.slice(0, MOST);
  return (
    <section class="map-listed" aria-label={t("图中地块", "Plots in view")}>
      <div class="map-panel-head">
        <h2>{t("图中地块 {n} 宗", "{n} plots in view", { n: plots.length })}</h2>
        <button type="button" class="quiet" aria-label={t("关闭", "Close")} onClick={close}>
          ✕
        </button>
      </div>
      {plots.length === 0 && (
        <p class="small">{t("放大到看得见地块", "Zoom in until plots are drawn")}</p>
      )}
      <ul class="plain">
        {most.map((p) => (
          <li key={p.code}>
            <button
              type="button"
              class="link"
              onClick={() => (selected.value = { kind: "parcel", id: p.code })}
            >
              {p.code}
            </button>{" "}
            {t("宗地", "plot")} <Grade grade={p.parcel} /> {t("企业", "firm")}{" "}
            <Grade grade={p.firm} />
          </li>
        ))}
      </ul>
      {plots.length > MOST && (
        <p class="small">{t("只列前 {n} 宗", "the first {n} only", { n: MOST })}</p>
      )}
    </section>
  );
}
