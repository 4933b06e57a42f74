import type { GeoJSONSource, Map } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { computed } from "@preact/signals";
import { api, data, type Schema } from "../../api/client";
import { signedIn } from "../../me";
import { tileOf } from "../../map/geodesy";
import { mixOf } from "../../map/mix";
import { PLOTS_FROM, PLOTS_ONLY } from "../../map/style";
import type { Mark } from "./address";
import type { ModeView } from "./modes";
import { asking, boxAround, NOTHING } from "./overlays";
import { hidden, legendView, only } from "./state";

/** The groups of the counts that tell a mark. */
const MARKS: Record<Mark, string> = {
  low: "low_efficiency",
  review: "review",
  findings: "findings",
  disagree: "disagree",
};

interface Full {
  zoom: number;
  tiles: ReadonlySet<string>;
}

/**
 * Whether the cells of low zooms are asked for: those of the tiles tell the mix of grades of all
 * plots, nothing else. The public sees those only.
 */
export const cellsAsked = computed(() => {
  const told = Object.keys(legendView.value.cells).length > 0;
  return signedIn.value && (!told || hidden.value.size > 0 || only.value.size > 0);
});

/** The tiles of a map that hold cells where others hold plots, which were too many in them. */
function fullTiles(map: Map, zoom: number): ReadonlySet<string> {
  const found = map.querySourceFeatures("land", { sourceLayer: "grid" }).flatMap((cell) => {
    if (cell.geometry.type !== "Polygon") return [];
    const [a, , b] = cell.geometry.coordinates[0] ?? [];
    return a && b ? [tileOf([((a[0] ?? 0) + (b[0] ?? 0)) / 2, ((a[1] ?? 0) + (b[1] ?? 0)) / 2], zoom)] : []; // prettier-ignore
  });
  return new Set(found.sort());
}

/** Cells as points with their picture; of some tiles only, where `full` names them. */
function points(found: Schema["Cells"], view: ModeView, full?: Full): FeatureCollection {
  const cells = full ? found.cells.filter((c) => full.tiles.has(tileOf(c.at, full.zoom))) : found.cells; // prettier-ignore
  return {
    type: "FeatureCollection",
    features: cells.map((cell) => ({
      type: "Feature",
      properties: { image: mixOf(cell.m2, view.classes), full: full !== undefined },
      geometry: { type: "Point", coordinates: cell.at },
    })),
  };
}

/** What the service leaves out and keeps, as the legend says. */
function filtered(view: ModeView): { by: string; hide: string; only: string } {
  const out = view.classes.filter((c) => hidden.value.has(c.key)).flatMap((c) => c.cells);
  return {
    by: view.group,
    hide: out.map((cell) => cell || "-").join(),
    only: [...only.value].map((m) => MARKS[m]).join(),
  };
}

/** Keeps the cells of a map as the legend filters them. */
export class CellFiller {
  private have = "";

  constructor(
    private readonly map: Map,
    private readonly failed: (e: unknown) => void,
  ) {}

  /** Ask for what the view and the legend need and what is not there yet. */
  fill(edition: number): void {
    const view = legendView.value;
    const zoom = Math.floor(this.map.getZoom());
    const full = this.full(zoom);
    const wanted = cellsAsked.value && full?.tiles.size !== 0 && zoom < PLOTS_ONLY;
    const query = { edition, zoom, bbox: boxAround(this.map), ...filtered(view) };
    const drawn = view.classes.map((c) => [c.colour, c.cells]); // breaks may come later
    const mark = wanted ? JSON.stringify([query, drawn, [...(full?.tiles ?? [])]]) : "";
    if (mark === this.have) return;
    this.have = mark;
    const put = (found: Schema["Cells"]): void => {
      if (this.have === mark) this.put(points(found, view, full));
    };
    if (wanted) void asking(this.map, () => this.ask(query, put));
    else this.put(NOTHING);
  }

  /** From the first zoom of plots on, the tiles too full of them; undefined where all are cells. */
  private full(zoom: number): Full | undefined {
    if (zoom < PLOTS_FROM || !this.map.getSource("land")) return undefined;
    return { zoom, tiles: cellsAsked.value ? fullTiles(this.map, zoom) : new Set() };
  }

  private async ask(query: object, put: (found: Schema["Cells"]) => void): Promise<void> {
    try {
      put(await data(api.GET("/v1/summary/cells", { params: { query: query as never } })));
    } catch (e) {
      this.failed(e);
    }
  }

  private put(what: FeatureCollection): void {
    void this.map.getSource<GeoJSONSource>("cells")?.setData(what);
  }
}
