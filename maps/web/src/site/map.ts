import type { ExpressionSpecification, LayerSpecification, Map } from "maplibre-gl";
import { draw } from "../map/draw";
import { legend } from "../legend";
import { byGrade, plotLayers } from "../map/style";
import type { About } from "./data";

export type Mode = "parcel_grade" | "enterprise_grade";
const FILE = new URL("data/land.pmtiles", document.baseURI).href;

/** The public's tiles drawn by grade: plots from z12 on, cells with their leading grade below. */
export function drawSite(box: HTMLElement, about: About, mode: Mode): Map {
  const [w, s, e, n] = about.bounds;
  const style = {
    version: 8 as const,
    sources: {
      land: { type: "vector" as const, url: `pmtiles://${FILE}`, maxzoom: 14 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef1f3" } },
      ...cells(mode),
      ...plotLayers(byGrade(mode)),
    ] as LayerSpecification[],
  };
  const map = draw(box, style, [w, s, e, n]);
  map.on("mouseenter", "plots", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "plots", () => (map.getCanvas().style.cursor = ""));
  return map;
}

/** Show only plots of the grades that are switched on. */
export function filterGrades(map: Map, mode: Mode, shown: readonly string[]): void {
  const only: ExpressionSpecification = ["in", ["get", mode], ["literal", [...shown]]];
  for (const layer of ["plots", "plots-outline"]) map.setFilter(layer, only);
  map.setFilter("plots-grade-d", ["all", ["==", ["get", "parcel_grade"], "D"], only]);
}

/** Outline plots by their codes. */
export const select = (map: Map, codes: readonly string[]): void => {
  map.setFilter("plots-selected", ["in", ["get", "parcel_code"], ["literal", [...codes]]]);
};

/** Cells of low zooms in the colour of the grade that holds most of their land. */
function cells(mode: Mode): LayerSpecification[] {
  const side = mode === "parcel_grade" ? "parcel" : "firm";
  const area = (grade: string): ExpressionSpecification => [
    "coalesce",
    ["get", `${side}_${grade.toLowerCase()}`],
    0,
  ];
  const most: ExpressionSpecification = ["max", area("A"), area("B"), area("C"), area("D")];
  const steps = ["A", "B", "C", "D"].flatMap((grade) => [
    ["all", [">", most, 0], ["==", area(grade), most]],
    legend.grades[grade]?.colour ?? "#999999",
  ]);
  const colour = ["case", ...steps, legend.grades[""]?.colour ?? "#d9d9d9"];
  return [
    {
      id: "cells",
      type: "fill",
      source: "land",
      "source-layer": "grid",
      paint: {
        "fill-color": colour as unknown as ExpressionSpecification,
        "fill-outline-color": "#ffffff",
      },
    },
  ];
}
