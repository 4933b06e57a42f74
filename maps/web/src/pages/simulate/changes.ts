import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { legend } from "../../legend";
import { t } from "../../lang";
import { FONTS, PLOTS_FROM } from "../../map/style";
import type { Simulated } from "./rules";

export type Changed = Simulated["plots"][number];
export type Way = "up" | "down" | "other";

/** How a change is outlined; the letters beside say it without colour. */
export const WAYS: Record<Way, { colour: string; name: () => string }> = {
  up: { colour: "#00441b", name: () => t("升档", "up") },
  down: { colour: "#7a0177", name: () => t("降档", "down") },
  other: { colour: "#1c2730", name: () => t("进入或退出评价", "into or out of the classes") },
};
const ORDER = "ABCD";

/** Whether a grade goes up, down, or comes or goes altogether. */
export function wayOf(before: string, after: string): Way {
  if (!before || !after) return "other";
  return ORDER.indexOf(after) < ORDER.indexOf(before) ? "up" : "down";
}

const NONE = legend.grades[""]?.colour ?? "#d9d9d9";
const AFTER: ExpressionSpecification = [
  "coalesce",
  ["feature-state", "after"],
  ["get", "enterprise_grade"],
  "",
];
const CHANGED: ExpressionSpecification = ["!=", ["coalesce", ["feature-state", "way"], ""], ""];

const matched = (of: unknown, pairs: string[], otherwise: string): ExpressionSpecification =>
  ["match", of, ...pairs, otherwise] as unknown as ExpressionSpecification;
const gradePairs = Object.entries(legend.grades)
  .filter(([grade]) => grade !== "")
  .flatMap(([grade, entry]) => [grade, entry.colour ?? NONE]);
const wayPairs = Object.entries(WAYS).flatMap(([way, { colour }]) => [way, colour]);

/** Plots in the colour of their simulated grade, those that changed outlined and named `B→A`. */
export function changeLayers(): LayerSpecification[] {
  const plots = { source: "land", "source-layer": "plots", minzoom: PLOTS_FROM } as const;
  return [
    {
      id: "plots",
      type: "fill",
      ...plots,
      paint: { "fill-color": matched(AFTER, gradePairs, NONE) },
    },
    {
      id: "plots-outline",
      type: "line",
      ...plots,
      paint: {
        "line-color": matched(["feature-state", "way"], wayPairs, "#3c4650"),
        "line-width": ["case", CHANGED, 3, 0.6],
      },
    },
    {
      id: "changed",
      type: "circle",
      source: "changed",
      maxzoom: 14,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.5, 13, 5],
        "circle-color": matched(["get", "after"], gradePairs, NONE),
        "circle-stroke-color": matched(["get", "way"], wayPairs, "#3c4650"),
        "circle-stroke-width": 1.6,
      },
    },
    {
      id: "changed-letters",
      type: "symbol",
      source: "changed",
      minzoom: 14,
      layout: {
        "text-field": ["get", "told"],
        "text-font": FONTS,
        "text-size": 13,
        "text-offset": [0, -1.2],
      },
      paint: { "text-color": "#10202b", "text-halo-color": "#ffffff", "text-halo-width": 1.8 },
    },
  ];
}

/** Changed plots as points. */
export function changePoints(plots: readonly Changed[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: plots.map((p) => ({
      type: "Feature",
      properties: {
        after: p.after,
        way: wayOf(p.before, p.after),
        told: `${p.before || "—"}→${p.after || "—"}`,
      },
      geometry: { type: "Point", coordinates: p.at },
    })),
  };
}
