import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import { legend } from "../../legend";
import { flagged, FINDING, FONTS, LOW, PLOTS_FROM, PLOTS_ONLY, REVIEW } from "../../map/style";
import { LARGER, PARTS, SIDES } from "../../map/mix";
import type { Layer, Mark, Mode } from "./address";
import type { ModeView } from "./modes";

/** What decides how the plots are drawn. */
export interface Drawn {
  mode: Mode;
  view: ModeView;
  hidden: ReadonlySet<string>;
  only: ReadonlySet<Mark>;
  layers: ReadonlySet<Layer>;
  outlined: readonly string[];
  overBase: boolean;
  /** Whether the cells of low zooms are asked for, filtered, instead of those of the tiles. */
  asked: boolean;
}

type Expression = ExpressionSpecification;
const PLOTS = { source: "land", "source-layer": "plots" } as const;
const GRADES = ["parcel_grade", "enterprise_grade"] as const;
const OPEN_LAND = ["unmatched", "vacant", "holder_cancelled", "collective_no_certificate"];
const expression = (parts: unknown): Expression => parts as Expression;

const DISAGREE = expression([
  "all",
  ...GRADES.map((g) => ["!=", ["coalesce", ["get", g], ""], ""]),
  ["!=", ["get", GRADES[0]], ["get", GRADES[1]]],
]);
const marked = (flag: number): Expression => expression(["all", ["has", "flags"], flagged(flag)]);
const MARKED: Record<Mark, Expression> = {
  low: marked(LOW),
  review: marked(REVIEW),
  findings: marked(FINDING),
  disagree: DISAGREE,
};

/** Which plots are shown: those of no hidden class that bear all marks asked for. */
export function shownPlots(drawn: Drawn): Expression[] {
  const out = [...drawn.hidden];
  const kept = out.length ? [["!", ["in", drawn.view.of, ["literal", out]]]] : [];
  return [...kept, ...[...drawn.only].map((m) => MARKED[m])].map(expression);
}

function byClass(view: ModeView, told: (c: ModeView["classes"][number]) => string): Expression {
  const pairs = view.classes.flatMap((c) => [c.key, told(c)]);
  return expression(["match", view.of, ...pairs, "#d9d9d9"]);
}

const line = (colour = "#3c4650", width = 1, dash?: number[]): Record<string, unknown> => ({
  type: "line",
  paint: {
    "line-color": colour,
    "line-width": width,
    ...(dash ? { "line-dasharray": dash } : {}),
  },
});

/** All layers of plots and cells; those switched off are there, invisible. */
export function plotsLayers(drawn: Drawn): LayerSpecification[] {
  const on = (layer: Layer): boolean => drawn.layers.has(layer);
  const among = shownPlots(drawn);
  const hatched = drawn.view.classes.filter((c) => c.hatch).map((c) => c.key);
  const layer = (
    id: string,
    visible: boolean,
    also: Expression[],
    rest: Record<string, unknown>,
  ): LayerSpecification =>
    ({
      id,
      ...PLOTS,
      filter: ["all", ...among, ...also] as FilterSpecification,
      ...rest,
      layout: { ...(rest.layout ?? {}), visibility: visible ? "visible" : "none" },
    }) as LayerSpecification;
  const { parcel, disagree, finding } = legend.outlines;
  const hatch = (name: string) => ({ type: "fill", paint: { "fill-pattern": `hatch-${name}` } });
  const open = expression(["in", ["coalesce", ["get", "bucket"], ""], ["literal", OPEN_LAND]]);
  const ofHatch = expression(["in", drawn.view.of, ["literal", hatched]]);
  const isPatch = expression(["==", ["coalesce", ["get", "kind"], ""], "patch"]);
  return [
    layer("plots", true, [], {
      type: "fill",
      paint: {
        "fill-color": byClass(drawn.view, (c) => c.colour),
        "fill-opacity": drawn.overBase ? 0.7 : 1,
      },
    }),
    layer("plots-hatched", hatched.length > 0, [ofHatch], hatch("grade_d")),
    layer("plots-low", on("low"), [MARKED.low], hatch("low_efficiency")),
    layer("plots-outline", true, [], line(parcel?.colour, parcel?.width)),
    layer("plots-patch", on("patches"), [isPatch], line("#1c2730", 1.6, [3, 2])),
    layer("plots-open", on("open"), [open], line("#d55e00", 2.2)),
    layer("plots-disagree", on("disagree") || drawn.mode === "firm", [DISAGREE], {
      ...line(disagree?.colour, disagree?.width),
    }),
    layer("plots-finding", on("findings"), [MARKED.findings], {
      ...line(finding?.colour, finding?.width, [1.5, 1]),
    }),
    layer("plots-letter", on("letters"), [], letters(drawn)),
    outlinedLayer(drawn.outlined),
    ...cellLayers(drawn),
  ];
}

function letters(drawn: Drawn): Record<string, unknown> {
  return {
    type: "symbol",
    minzoom: 14.5,
    layout: {
      "text-field": byClass(drawn.view, (c) => c.mark),
      "text-font": FONTS,
      "text-size": 12,
      "text-padding": 6,
    },
    paint: {
      "text-color": byClass(drawn.view, (c) => c.text),
      "text-halo-color": byClass(drawn.view, (c) => c.colour),
      "text-halo-width": 1.2,
    },
  };
}

function outlinedLayer(codes: readonly string[]): LayerSpecification {
  const chosen = legend.outlines.selected;
  return {
    id: "plots-selected",
    type: "line",
    ...PLOTS,
    filter: ["in", ["get", "parcel_code"], ["literal", [...codes]]],
    paint: { "line-color": chosen?.colour ?? "#00a2b3", "line-width": chosen?.width ?? 3 },
  };
}

/** Cells of low zooms: a square with the mix of classes, larger where more land lies in the cell. */
function cellLayers(drawn: Drawn): LayerSpecification[] {
  const cells = { source: "land", "source-layer": "grid" } as const;
  const mixed = Object.keys(drawn.view.cells).length > 0;
  const low = drawn.only.has("low") ? [[">", ["coalesce", ["get", "low"], 0], 0]] : [];
  const filter = ["all", ...low] as FilterSpecification;
  const seen = (wanted: boolean): "visible" | "none" => (wanted && !drawn.asked ? "visible" : "none"); // prettier-ignore
  return [
    {
      id: "cells",
      type: "fill",
      ...cells,
      filter,
      layout: { visibility: seen(!mixed) },
      paint: { "fill-color": cellColour(drawn), "fill-opacity": 0.85 },
    },
    {
      id: "cells-mix",
      type: "symbol",
      ...cells,
      filter,
      layout: {
        visibility: seen(mixed),
        "icon-image": mixName(drawn),
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "cells-asked",
      type: "symbol",
      source: "cells",
      maxzoom: PLOTS_ONLY,
      // those of a zoom left a moment ago do not lie above plots
      filter: [
        "==",
        ["get", "full"],
        [">=", ["zoom"], PLOTS_FROM],
      ] as unknown as FilterSpecification,
      layout: {
        "icon-image": ["get", "image"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ];
}

/** The name of the picture of a cell, which says what is in it: see `map/mix`. */
function mixName(drawn: Drawn): Expression {
  const area = ["coalesce", ["get", "area_m2"], 0];
  const side = ["step", area, SIDES[0], LARGER[0], SIDES[1], LARGER[1], SIDES[2]];
  const parts = Object.entries(drawn.view.cells)
    .filter(([key]) => !drawn.hidden.has(key))
    .flatMap(([key, column]) => {
      const entry = drawn.view.classes.find((c) => c.key === key);
      const share = ["/", ["coalesce", ["get", column], 0], ["max", 1, area]];
      const count = ["to-string", ["ceil", ["*", PARTS, share]]];
      return [`|${entry?.colour ?? ""}*`, count];
    });
  const rest = drawn.hidden.has("") ? [] : ["|#d9d9d9*", ["to-string", restOf(drawn, area)]];
  return expression(["concat", "mix|", ["to-string", side], ...parts, ...rest]);
}

function restOf(drawn: Drawn, area: unknown): unknown {
  const graded = Object.values(drawn.view.cells).map((c) => ["coalesce", ["get", c], 0]);
  const left = ["max", 0, ["-", area, ["+", ...graded]]];
  return ["round", ["*", PARTS, ["/", left, ["max", 1, area]]]];
}

/** Modes whose mix the cells do not tell: the mean tax class, else how much land lies there. */
function cellColour(drawn: Drawn): Expression {
  if (drawn.mode !== "tax") {
    const land = ["coalesce", ["get", "area_m2"], 0];
    return expression(["step", land, "#dfe5ea", 30_000, "#b9c5ce", 150_000, "#8d9daa"]);
  }
  const ramp = legend.tax_ramps["5"] ?? [];
  const stops = ramp.flatMap((colour, n) => [n + 1, colour]);
  const mean = ["interpolate", ["linear"], ["get", "tax_class"], ...stops];
  return expression(["case", ["has", "tax_class"], mean, "#d9d9d9"]);
}

/** Shapes beside the plots, each of a source of its own name. */
export function overlayLayers(): LayerSpecification[] {
  const { park, building } = legend.outlines;
  const firm = (kind: string): FilterSpecification => ["==", ["get", "kind"], kind];
  const dashed = (id: string, counted: boolean): LayerSpecification => ({
    id,
    type: "line",
    source: "firms",
    filter: ["all", firm("link") as never, ["==", ["get", "counted"], counted]],
    paint: {
      "line-color": "#12324a",
      "line-width": 1.4,
      ...(counted ? {} : { "line-dasharray": [2, 2] }),
    },
  });
  return [
    {
      id: "survey",
      type: "line",
      source: "survey",
      paint: { "line-color": "#7a5c1e", "line-width": 1, "line-dasharray": [4, 2] },
    },
    {
      id: "buildings",
      type: "fill",
      source: "buildings",
      paint: {
        "fill-color": "#20262c",
        "fill-opacity": 0.22,
        "fill-outline-color": building?.colour ?? "#20262c",
      },
    },
    {
      id: "parks",
      type: "line",
      source: "parks",
      paint: {
        "line-color": park?.colour ?? "#6a3d9a",
        "line-width": (park?.width ?? 1.6) * 1.4,
        "line-dasharray": [5, 2.5, 1.2, 2.5],
      },
    },
    {
      id: "parks-name",
      type: "symbol",
      source: "parks",
      layout: { "text-field": ["get", "name"], "text-font": FONTS, "text-size": 13 },
      paint: {
        "text-color": park?.colour ?? "#6a3d9a",
        "text-halo-color": "#fff",
        "text-halo-width": 1.5,
      },
    },
    ...askedLayers(),
    dashed("firms-link", true),
    dashed("firms-review", false),
    {
      id: "firms",
      type: "circle",
      source: "firms",
      filter: firm("firm"),
      paint: {
        "circle-radius": 5,
        "circle-color": ["match", ["get", "grade"], ...gradePairs(), "#d9d9d9"] as never,
        "circle-stroke-color": "#12324a",
        "circle-stroke-width": 1.5,
      },
    },
  ];
}

/** Rows of a list that the map was asked to show. */
const askedLayers = (): LayerSpecification[] => [
  {
    id: "asked-line",
    type: "line",
    source: "asked",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": legend.outlines.selected?.colour ?? "#00a2b3", "line-width": 2.4 },
  },
  {
    id: "asked-point",
    type: "circle",
    source: "asked",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 4.5,
      "circle-color": ["match", ["get", "grade"], ...gradePairs(), "#d9d9d9"] as never,
      "circle-stroke-color": "#00606b",
      "circle-stroke-width": 1.6,
    },
  },
];

const gradePairs = (): string[] =>
  Object.entries(legend.grades)
    .filter(([k]) => k !== "")
    .flatMap(([k, e]) => [k, e.colour ?? "#d9d9d9"]);
