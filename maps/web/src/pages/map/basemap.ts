import type { LayerSpecification, Map, SourceSpecification } from "maplibre-gl";
import { signal } from "@preact/signals";
import { api, data, type Schema } from "../../api/client";
import { base } from "./state";

export type Basemap = Schema["Basemap"];

/** The ground maps the service offers; empty until known, and where there are none. */
export const basemaps = signal<readonly Basemap[]>([]);

/** Ask for the ground maps. */
export async function readBasemaps(): Promise<void> {
  basemaps.value = await data(api.GET("/v1/basemaps"));
}

/** The one chosen, if it is offered. */
export const chosenBase = (): Basemap | undefined =>
  basemaps.value.find((b) => b.id === base.value);

type Part = "map" | "labels";
const partsOf = (b: Basemap): Part[] => (b.labels ? ["map", "labels"] : ["map"]);
const all = (): [Basemap, Part][] =>
  basemaps.value.flatMap((b) => partsOf(b).map((part): [Basemap, Part] => [b, part]));
const nameOf = (b: Basemap, part: Part): string => `base-${b.id}-${part}`;

export function basemapSources(): Record<string, SourceSpecification> {
  return Object.fromEntries(
    all().map(([b, part]) => [
      nameOf(b, part),
      {
        type: "raster",
        tiles: [`${location.origin}/basemap/${b.id}/{z}/{x}/{y}?part=${part}`],
        tileSize: 256,
        maxzoom: b.max_zoom,
      },
    ]),
  );
}

/** Put the ground maps below everything else of a map, as soon as they are known. */
export function addBasemaps(map: Map): void {
  for (const [name, source] of Object.entries(basemapSources()))
    if (!map.getSource(name)) map.addSource(name, source);
  for (const layer of basemapLayers()) if (!map.getLayer(layer.id)) map.addLayer(layer, "plots");
}

/** Layers of each ground map and its labels, those of the chosen one visible. */
export const basemapLayers = (): LayerSpecification[] =>
  all().map(([b, part]) => ({
    id: nameOf(b, part),
    type: "raster",
    source: nameOf(b, part),
    layout: { visibility: base.value === b.id ? "visible" : "none" },
  }));
