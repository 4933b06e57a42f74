import type { GeoJSONSource, Map } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { api, data } from "../../api/client";
import type { Layer } from "./address";

/** Where an overlay comes from, and from which zoom on it is asked for. */
export interface Overlay {
  layer: Layer;
  source: "buildings" | "patches" | "parks" | "firms";
  from: number;
}
export const OVERLAYS: readonly Overlay[] = [
  { layer: "parks", source: "parks", from: 0 },
  { layer: "buildings", source: "buildings", from: 14.5 },
  { layer: "survey", source: "patches", from: 13.5 },
  { layer: "firms", source: "firms", from: 14.5 },
];
export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** The view, a little larger and rounded outwards, so that small moves ask nothing. */
export function boxAround(map: Map): string {
  const step = 0.01;
  const seen = map.getBounds();
  const down = (v: number): string => (Math.floor(v / step) * step).toFixed(2);
  const up = (v: number): string => (Math.ceil(v / step) * step).toFixed(2);
  return [down(seen.getWest()), down(seen.getSouth()), up(seen.getEast()), up(seen.getNorth())].join(); // prettier-ignore
}

let awaited = 0;
/** Whether a map waits for shapes it asked for: it is not what it will be. */
export const awaiting = (): boolean => awaited > 0;

/** Ask for shapes of a map, which is drawn once more when they are there or were refused. */
export async function asking(map: Map, work: () => Promise<void>): Promise<void> {
  awaited += 1;
  try {
    await work();
  } finally {
    awaited -= 1;
    map.triggerRepaint();
  }
}

/** Keeps the overlays of a map filled with what its view needs. */
export class Filler {
  private readonly have: Record<string, string> = {};
  private edition = 0;

  constructor(
    private readonly map: Map,
    private readonly told: (cut: boolean) => void,
    private readonly failed: (e: unknown) => void,
  ) {}

  /** Ask for what is switched on and not there yet. */
  fill(edition: number, on: ReadonlySet<Layer>): void {
    this.edition = edition;
    for (const overlay of OVERLAYS) {
      const wanted = on.has(overlay.layer) && this.map.getZoom() >= overlay.from;
      const box = overlay.from === 0 ? "" : boxAround(this.map);
      const mark = wanted ? `${edition} ${box}` : "";
      if (this.have[overlay.layer] === mark) continue;
      this.have[overlay.layer] = mark;
      if (wanted) void asking(this.map, () => this.ask(overlay, mark, box));
      else this.source(overlay.layer)?.setData(NOTHING);
    }
  }

  private async ask(overlay: Overlay, mark: string, box: string): Promise<void> {
    const query = { edition: this.edition, ...(box ? { bbox: box } : {}) };
    try {
      const found = (await data(
        api.GET("/v1/map/{layer}", { params: { path: { layer: overlay.source }, query } }),
      )) as unknown as FeatureCollection & { more: boolean };
      if (this.have[overlay.layer] !== mark) return; // overtaken
      this.source(overlay.layer)?.setData(found);
      if (found.more) this.told(true);
    } catch (e) {
      this.failed(e);
    }
  }

  private source(layer: Layer): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(layer);
  }
}
