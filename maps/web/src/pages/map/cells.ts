import type { GeoJSONSource, Map } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { computed } from "@preact/signals";
import { api, data, type Schema } from "../../api/client";
import { signedIn } from "../../me";
import { PLOTS_FROM } from "../../map/style";
import type { Mark } from "./address";
import { mixOf, type ModeView } from "./modes";
import { asking, boxAround, NOTHING } from "./overlays";
import { hidden, legendView, only } from "./state";

/** The groups of the counts that tell a mark. */
const MARKS: Record<Mark, string> = {
  low: "low_efficiency",
  review: "review",
  findings: "findings",
  disagree: "disagree",
};

/**
 * Whether the cells of low zooms are asked for: those of the tiles tell the mix of grades of all
 * plots, nothing else. The public sees those only.
 */
export const cellsAsked = computed(() => {
  const told = Object.keys(legendView.value.cells).length > 0;
  return signedIn.value && (!told || hidden.value.size > 0 || only.value.size > 0);
});

function points(found: Schema["Cells"], view: ModeView): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: found.cells.map((cell) => ({
      type: "Feature",
      properties: { image: mixOf(cell.m2, view) },
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
    const wanted = cellsAsked.value && zoom < PLOTS_FROM;
    const query = { edition, zoom, bbox: boxAround(this.map), ...filtered(view) };
    const drawn = view.classes.map((c) => [c.colour, c.cells]); // breaks may come later
    const mark = wanted ? JSON.stringify([query, drawn]) : "";
    if (mark === this.have) return;
    this.have = mark;
    if (wanted) void asking(this.map, () => this.ask(query, view, mark));
    else this.put(NOTHING);
  }

  private async ask(query: object, view: ModeView, mark: string): Promise<void> {
    try {
      const found = await data(api.GET("/v1/summary/cells", { params: { query: query as never } }));
      if (this.have === mark) this.put(points(found, view));
    } catch (e) {
      this.failed(e);
    }
  }

  private put(what: FeatureCollection): void {
    void this.map.getSource<GeoJSONSource>("cells")?.setData(what);
  }
}
