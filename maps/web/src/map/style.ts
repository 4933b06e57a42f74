import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { type Entry, legend } from "../legend";

/** Flags of a plot in a tile. */
export const LOW = 1;
export const REVIEW = 2;
export const FINDING = 4;
/** From this zoom on tiles hold plots; below, cells with the mix of grades. */
export const PLOTS_FROM = 12;
/** From this zoom on every tile holds plots: between the two, those too full of them hold cells. */
export const PLOTS_ONLY = 14;
/** Fonts of the machine: no glyph file is fetched (the style names none). */
export const FONTS = ["Noto Sans CJK SC", "Microsoft YaHei", "SimHei", "sans-serif"];
const GROUND = "#eef1f3";

/** A colour for each value of a column, the legend's for unknown ones. */
export function byValue(
  column: string,
  entries: Record<string, Entry>,
  otherwise: string,
): ExpressionSpecification {
  const pairs = Object.entries(entries)
    .filter(([value]) => value !== "")
    .flatMap(([value, entry]) => [value, entry.colour ?? otherwise]);
  return ["match", ["get", column], ...pairs, otherwise] as unknown as ExpressionSpecification;
}

/** The colour of grades in a column of the tiles. */
export const byGrade = (column: "parcel_grade" | "enterprise_grade"): ExpressionSpecification =>
  byValue(column, legend.grades, legend.grades[""]?.colour ?? "#d9d9d9");

/** Whether a flag of a plot is set; tiles of the public may carry none. */
export const flagged = (flag: number): ExpressionSpecification => [
  "==",
  ["%", ["floor", ["/", ["coalesce", ["get", "flags"], 0], flag]], 2],
  1,
];

/** Tiles of an edition; the address carries its number and so never changes its content. */
export const tilesOf = (edition: number): string =>
  `${location.origin}/tiles/${edition}/land/{z}/{x}/{y}.mvt`;

/** An empty ground with the plots of an edition as its one source, `land`. */
export function baseStyle(edition: number, layers: LayerSpecification[]): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: "vector", tiles: [tilesOf(edition)], minzoom: 0, maxzoom: 16 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": GROUND } },
      ...layers,
    ],
  };
}

/** Plots filled by a colour expression, hatched where low or D, with the legend's outlines. */
export function plotLayers(colour: ExpressionSpecification): LayerSpecification[] {
  const plots = { source: "land", "source-layer": "plots", minzoom: PLOTS_FROM } as const;
  const outline = legend.outlines.parcel;
  const selected = legend.outlines.selected;
  return [
    { id: "plots", type: "fill", ...plots, paint: { "fill-color": colour } },
    {
      id: "plots-grade-d",
      type: "fill",
      ...plots,
      filter: ["==", ["get", "parcel_grade"], "D"],
      paint: { "fill-pattern": "hatch-grade_d" },
    },
    {
      id: "plots-low",
      type: "fill",
      ...plots,
      filter: flagged(LOW),
      paint: { "fill-pattern": "hatch-low_efficiency" },
    },
    {
      id: "plots-outline",
      type: "line",
      ...plots,
      paint: { "line-color": outline?.colour ?? "#3c4650", "line-width": outline?.width ?? 0.7 },
    },
    {
      id: "plots-selected",
      type: "line",
      ...plots,
      filter: ["==", ["get", "parcel_code"], ""],
      paint: { "line-color": selected?.colour ?? "#00a2b3", "line-width": selected?.width ?? 3 },
    },
  ];
}
