import type { ExpressionSpecification } from "maplibre-gl";
import { type Entry, label, legend } from "../../legend";
import { t } from "../../lang";
import { PARTS, sideOf } from "../../map/mix";
import { num } from "../../numbers";
import type { Mode, Preset } from "./address";

/** Values between classes of 亩均税收, by preset; `bands` is all of them together. */
export type Breaks = Record<string, number[]>;

/** One class of a legend: how it is drawn, and which cells of the counts it puts together. */
export interface Class {
  key: string;
  name: string;
  colour: string;
  text: string;
  mark: string;
  hatch?: string;
  cells: readonly string[];
}

/** A way to colour the plots: the class of a plot in the tiles, and of the counts. */
export interface ModeView {
  group: string;
  classes: readonly Class[];
  of: ExpressionSpecification;
  /** Columns of the cells of low zooms with the area of a class, by its key; none: not told. */
  cells: Readonly<Record<string, string>>;
}

export const modeName = (mode: Mode): string =>
  ({
    parcel: t("宗地等级", "Parcel grade"),
    firm: t("使用企业等级", "Enterprise grade"),
    tax: t("亩均税收", "Tax per mu"),
    bucket: t("对应状态", "Match state"),
  })[mode];

const UNLINKED = "none";
const LINKED = ["matched", "not_industrial"];
const LIGHT = "#10202b";
const NO_FIGURE = "#d9d9d9";

function entryClass(key: string, entry: Entry): Class {
  return {
    key,
    name: label(entry),
    colour: entry.colour ?? NO_FIGURE,
    text: entry.text ?? LIGHT,
    mark: entry.mark ?? "",
    cells: [key],
    ...(entry.hatch ? { hatch: entry.hatch } : {}),
  };
}

const grades = (): Class[] => Object.entries(legend.grades).map(([k, e]) => entryClass(k, e));

function byParcel(): ModeView {
  const grade = ["get", "parcel_grade"];
  const linked = ["in", ["coalesce", ["get", "bucket"], "matched"], ["literal", LINKED]];
  const unlinked: Class = {
    key: UNLINKED,
    name: t("未对应企业", "no enterprise found"),
    colour: "#ffffff",
    text: "#3c4650",
    mark: t("未", "?"),
    cells: [UNLINKED],
  };
  return {
    group: "grade_state",
    classes: [...grades(), unlinked],
    of: ["case", ["!=", grade, ""], grade, linked, "", UNLINKED] as never,
    cells: { A: "parcel_a", B: "parcel_b", C: "parcel_c", D: "parcel_d" },
  };
}

const byFirm = (): ModeView => ({
  group: "enterprise_grade",
  classes: grades(),
  of: ["coalesce", ["get", "enterprise_grade"], ""],
  cells: { A: "firm_a", B: "firm_b", C: "firm_c", D: "firm_d" },
});

const byBucket = (): ModeView => ({
  group: "bucket",
  classes: Object.entries(legend.parcel_buckets).map(([k, e]) => entryClass(k, e)),
  of: ["coalesce", ["get", "bucket"], ""],
  cells: {},
});

/** The presets an edition has breaks for, the locality's own first. */
export const presetsOf = (breaks: Breaks): Preset[] =>
  (["own", "5", "7"] as const).filter((p) => (breaks[p]?.length ?? 0) > 0);

/** The preset in force: the one chosen, else the first there is. */
export const presetOf = (chosen: Preset, breaks: Breaks): Preset =>
  breaks[chosen]?.length ? chosen : (presetsOf(breaks)[0] ?? "5");

/** Colours of so many classes, out of the next larger ramp. */
export function ramp(classes: number): string[] {
  const sizes = Object.keys(legend.tax_ramps).map(Number);
  const size = sizes.sort((a, b) => a - b).find((s) => s >= classes) ?? Math.max(...sizes);
  const all = legend.tax_ramps[String(size)] ?? [];
  const step = classes > 1 ? (all.length - 1) / (classes - 1) : 0;
  return Array.from({ length: classes }, (_, n) => all[Math.round(n * step)] ?? NO_FIGURE);
}

/** The class of each band of a preset, the place in the list being the band; 0 has no figure. */
export function classesOfBands(breaks: readonly number[], bands: readonly number[]): number[] {
  const lowest = [-Infinity, ...bands];
  return [0, ...lowest.map((low) => 1 + breaks.filter((b) => b <= low).length)];
}

function byTax(chosen: Preset, breaks: Breaks): ModeView {
  const preset = presetOf(chosen, breaks);
  const own = breaks[preset] ?? [];
  const colours = ramp(own.length + 1);
  const fifths = preset === "5";
  const ofBand = classesOfBands(own, breaks.bands ?? []);
  const cells = (n: number): string[] =>
    fifths ? [String(n)] : ofBand.flatMap((c, band) => (c === n ? [String(band)] : []));
  const classes = colours.map((colour, n): Class => ({
    key: String(n + 1),
    name: taxName(own, n),
    colour,
    text: n > own.length / 2 ? "#ffffff" : LIGHT,
    mark: String(n + 1),
    cells: cells(n + 1),
  }));
  const none = { key: "0", name: t("没有数据", "no figure"), colour: NO_FIGURE, text: LIGHT };
  const place = fifths
    ? ["coalesce", ["get", "tax_class"], 0]
    : ["at", ["coalesce", ["get", "tax_band"], 0], ["literal", ofBand]];
  return {
    group: fifths ? "tax_class" : "tax_band",
    classes: [...classes.reverse(), { ...none, mark: "—", cells: cells(0) }],
    of: ["to-string", place] as never,
    cells: {},
  };
}

function taxName(breaks: readonly number[], n: number): string {
  const told = (value: number | undefined): string => num(value, 1);
  if (breaks.length === 0) return t("有数据", "with a figure");
  if (n === 0) return t("{a} 以下", "below {a}", { a: told(breaks[0]) });
  if (n === breaks.length) return t("{a} 及以上", "{a} and more", { a: told(breaks[n - 1]) });
  return `${told(breaks[n - 1])} – ${told(breaks[n])}`;
}

/** A way to colour the plots. */
export function viewOf(mode: Mode, preset: Preset, breaks: Breaks): ModeView {
  if (mode === "firm") return byFirm();
  if (mode === "bucket") return byBucket();
  return mode === "tax" ? byTax(preset, breaks) : byParcel();
}

/** The name of a cell's picture: see `map/mix`. */
export function mixOf(m2: Readonly<Record<string, number>>, view: ModeView): string {
  const area = Object.values(m2).reduce((sum, one) => sum + one, 0);
  const parts = view.classes.flatMap((c) => {
    const own = c.cells.reduce((sum, cell) => sum + (m2[cell] ?? 0), 0);
    return own > 0 ? [`|${c.colour}*${Math.ceil((PARTS * own) / area)}`] : [];
  });
  return `mix|${sideOf(area)}${parts.join("")}`;
}
