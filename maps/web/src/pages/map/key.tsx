import type { Schema } from "../../api/client";
import { label, legend } from "../../legend";
import { t } from "../../lang";
import { num } from "../../numbers";
import { type Layer, type Mark, MODES } from "./address";
import { type Class, modeName, presetOf, presetsOf } from "./modes";
import { breaks, counted, hidden, layers, legendView, mode, only, preset, setMode, toggled } from "./state"; // prettier-ignore

/** Plots and mu of some cells of a group of the counts; null where withheld or not told. */
export function countOf(
  group: string,
  cells: readonly string[],
): { plots: number; mu: number | null } | null {
  const rows = counted.value?.groups[group]?.filter((c) => cells.includes(c.cell));
  if (!rows) return null;
  if (rows.some((c) => c.withheld)) return null;
  const sum = (of: (c: Schema["PlotCell"]) => number | null): number =>
    rows.reduce((total, c) => total + (of(c) ?? 0), 0);
  const told = rows.every((c) => c.area_mu !== null);
  return { plots: sum((c) => c.plots), mu: told ? sum((c) => c.area_mu) : null };
}

/** Ways to colour the plots. */
export function Modes() {
  const known = presetsOf(breaks.value);
  const names = {
    own: t("当地分档", "local"),
    5: t("5 档", "5 classes"),
    7: t("7 档", "7 classes"),
  };
  return (
    <fieldset class="map-modes">
      <legend>{t("上色方式", "Colour by")}</legend>
      {MODES.map((m) => (
        <label key={m}>
          <input
            type="radio"
            name="mode"
            value={m}
            checked={mode.value === m}
            onChange={() => setMode(m)}
          />
          {modeName(m)}
        </label>
      ))}
      {mode.value === "tax" && known.length > 1 && (
        <label class="map-preset">
          {t("分档", "Classes")}
          <select
            value={presetOf(preset.value, breaks.value)}
            onChange={(e) => {
              preset.value = e.currentTarget.value as typeof preset.value;
              hidden.value = new Set();
            }}
          >
            {known.map((p) => (
              <option key={p} value={p}>
                {names[p]}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}

/** The legend: each class with its plots and mu, switched on and off by pressing it. */
export function Key() {
  const view = legendView.value;
  const group = counted.value?.groups[view.group] ? view.group : "parcel_grade";
  return (
    <section class="map-key" aria-labelledby="map-key-title">
      <div class="map-key-head">
        <h2 id="map-key-title">
          {modeName(mode.value)}
          {mode.value === "tax" && <small> {t("万元/亩", "10⁴ yuan/mu")}</small>}
        </h2>
        <button
          type="button"
          class="quiet small"
          disabled={hidden.value.size === 0 && only.value.size === 0}
          onClick={() => {
            hidden.value = new Set();
            only.value = new Set();
          }}
        >
          {t("全部显示", "Show all")}
        </button>
      </div>
      <div class="map-key-line head" aria-hidden="true">
        <span />
        <span>{t("宗数", "plots")}</span>
        <span>{t("亩", "mu")}</span>
      </div>
      {view.classes.map((c) => (
        <ClassRow key={c.key} of={c} group={group} />
      ))}
      <Marks />
    </section>
  );
}

function ClassRow(given: { of: Class; group: string }) {
  const { of, group } = given;
  const told = countOf(group, of.cells);
  const on = !hidden.value.has(of.key);
  return (
    <button
      type="button"
      class="map-key-line"
      data-class={of.key || "-"}
      aria-pressed={on}
      onClick={() => (hidden.value = toggled(hidden.value, of.key))}
    >
      <span class="map-key-name">
        <i
          class={of.hatch ? "swatch hatched" : "swatch"}
          style={{ backgroundColor: of.colour, color: of.text }}
        >
          {of.mark}
        </i>
        {of.name}
      </span>
      <Count of={told} />
    </button>
  );
}

function Count(given: { of: ReturnType<typeof countOf> }) {
  return (
    <>
      <span class="number">{given.of ? num(given.of.plots) : "—"}</span>
      <span class="number">{num(given.of?.mu)}</span>
    </>
  );
}

/** Only plots that bear a mark. */
function Marks() {
  const rows: [Mark, string, string][] = [
    ["low", "low_efficiency", t("只看低效用地提示", "low-efficiency only")],
    ["findings", "findings", t("只看有疑点", "with findings only")],
    ["review", "review", t("只看待复核", "to be reviewed only")],
    ["disagree", "disagree", t("只看企地等级不一致", "grades differ only")],
  ];
  const known = rows.filter(([, group]) => counted.value?.groups[group]);
  return (
    <div class="map-marks">
      {known.map(([mark, group, name]) => (
        <button
          key={mark}
          type="button"
          class="map-key-line"
          data-mark={mark}
          aria-pressed={only.value.has(mark)}
          onClick={() => (only.value = toggled(only.value, mark))}
        >
          <span class="map-key-name">
            <i class={`swatch mark-${mark}`} />
            {name}
          </span>
          <Count of={countOf(group, ["1"])} />
        </button>
      ))}
    </div>
  );
}

export const layerName = (layer: Layer): string =>
  ({
    low: label(legend.hatches.low_efficiency),
    disagree: label(legend.outlines.disagree),
    findings: label(legend.outlines.finding),
    patches: t("三调图斑（无证）", "Survey patches without parcel"),
    open: t("无主、空置、未对应土地", "Unmatched and vacant land"),
    letters: t("等级字母", "Letters"),
    parks: label(legend.outlines.park),
    buildings: label(legend.outlines.building),
    survey: t("三调图斑（全部）", "All survey patches"),
    firms: t("企业点及对应连线", "Firms and lines to their plots"),
  })[layer];

const CLOSE: readonly Layer[] = ["buildings", "survey", "firms"];

/** What is drawn above the plots. */
export function Layers() {
  const all: Layer[] = ["low", "disagree", "findings", "patches", "open", "parks", "letters", ...CLOSE]; // prettier-ignore
  return (
    <fieldset class="map-layers">
      <legend>{t("叠加", "Overlays")}</legend>
      {all.map((layer) => (
        <label key={layer}>
          <input
            type="checkbox"
            checked={layers.value.has(layer)}
            onChange={() => (layers.value = toggled(layers.value, layer))}
          />
          <i class={`line line-${layer}`} aria-hidden="true" />
          {layerName(layer)}
          {CLOSE.includes(layer) && <small>{t("（放大后）", " (zoomed in)")}</small>}
        </label>
      ))}
    </fieldset>
  );
}
