import type { LayerSpecification, Map, MapMouseEvent } from "maplibre-gl";
import { ScaleControl } from "maplibre-gl";
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { asProblem } from "../../api/use";
import { draw } from "../../map/draw";
import { tried } from "../../map/library";
import { baseStyle, tilesOf } from "../../map/style";
import { t } from "../../lang";
import { say } from "../../parts/toast";
import { addBasemaps, basemapLayers, basemapSources } from "./basemap";
import { CellFiller, cellsAsked } from "./cells";
import { type Drawn, overlayLayers, plotsLayers } from "./layers";
import { Filler, NOTHING, OVERLAYS } from "./overlays";
import { base, hidden, layers, legendView, mode, only, outlined, selected, view } from "./state";

export type Bounds = [number, number, number, number];

const TOP = ["plots-selected", "plots-letter"];

const drawnNow = (): Drawn => ({
  mode: mode.value,
  view: legendView.value,
  hidden: hidden.value,
  only: only.value,
  layers: layers.value,
  outlined: outlined.value,
  overBase: base.value !== "",
  asked: cellsAsked.value,
});

/** Bring the layers of a map to what they should be; what is as it should be costs nothing. */
export function apply(map: Map, wanted: readonly LayerSpecification[]): void {
  for (const layer of wanted) {
    if (!map.getLayer(layer.id)) {
      map.addLayer(layer);
      continue;
    }
    if ("filter" in layer) map.setFilter(layer.id, layer.filter);
    for (const [name, value] of Object.entries(layer.layout ?? {}))
      map.setLayoutProperty(layer.id, name as never, value as never);
    for (const [name, value] of Object.entries(layer.paint ?? {}))
      map.setPaintProperty(layer.id, name as never, value as never);
  }
}

/** A map of an edition, drawn as the state of the page says, without its controls. */
export function makeMap(
  container: HTMLElement,
  number: number,
  bounds: Bounds | undefined,
  more: Parameters<typeof draw>[3] = {},
): Map {
  const style = baseStyle(number, []);
  Object.assign(style.sources, basemapSources()); // those known by now
  for (const overlay of OVERLAYS) style.sources[overlay.layer] = { type: "geojson", data: NOTHING };
  style.sources.cells = { type: "geojson", data: NOTHING };
  style.sources.asked = { type: "geojson", data: NOTHING };
  style.sources.measure = { type: "geojson", data: NOTHING };
  const plots = plotsLayers(drawnNow());
  const top = plots.filter((l) => TOP.includes(l.id)); // letters and the selected, above the rest
  const low = plots.filter((l) => !TOP.includes(l.id));
  style.layers.push(...basemapLayers(), ...low, ...overlayLayers(), ...top);
  const at = view.peek();
  const placed = at ? { center: [at.lng, at.lat] as [number, number], zoom: at.zoom } : {};
  return draw(container, style, at ? undefined : bounds, {
    renderWorldCopies: false,
    ...placed,
    ...more,
  });
}

/** Let a map follow the state of the page; gives what ends it. */
export function follow(map: Map, edition: () => number): () => void {
  let told = false;
  const failed = (e: unknown): void => say(asProblem(e).message, true);
  const filler = new Filler(
    map,
    () => {
      if (!told) say(t("此处要素太多，放大后显示全部", "too many shapes here; zoom in for all"));
      told = true;
    },
    failed,
  );
  const cells = new CellFiller(map, failed);
  const fill = (): void => {
    filler.fill(edition(), layers.peek());
    cells.fill(edition());
  };
  let stop: (() => void)[] = [];
  const begin = (): void => {
    stop = [
      effect(() => {
        addBasemaps(map);
        apply(map, [...basemapLayers(), ...plotsLayers(drawnNow())]);
      }),
      effect(() => filler.fill(edition(), layers.value)),
      effect(() => cells.fill(edition())),
    ];
    map.on("moveend", fill);
    map.on("idle", () => cells.fill(edition())); // tiles have come: which of them are too full?
  };
  if (map.isStyleLoaded()) begin();
  else map.once("style.load", begin);
  return () => stop.forEach((end) => end());
}

/** What the map shows at a place: a firm's point before the plot under it. */
function pick(map: Map, e: MapMouseEvent): void {
  const [found] = map.queryRenderedFeatures(e.point, {
    layers: ["firms", "asked-point", "plots"].filter((l) => map.getLayer(l)),
  });
  const told = found?.properties as Record<string, unknown> | undefined;
  if (typeof told?.uscc === "string") selected.value = { kind: "enterprise", id: told.uscc };
  else if (typeof told?.parcel_code === "string")
    selected.value = { kind: "parcel", id: told.parcel_code };
  else selected.value = null;
}

/** The box of the map. `busy` tells whether clicks belong to somebody else, such as measuring. */
export function Canvas(given: {
  number: number;
  bounds: Bounds | undefined;
  label: string;
  main: boolean;
  busy: () => boolean;
  ready: (map: Map | null) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<Map | null>(null);
  const number = useRef(given.number);
  // Not after the first frame of the page: in software that frame alone takes a tenth of a second.
  useLayoutEffect(() => {
    const place = box.current;
    const made = place && tried(() => makeMap(place, given.number, given.bounds));
    if (!made) return undefined;
    map.current = made;
    made.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
    const end = follow(made, () => number.current);
    const settled = (): void => {
      const at = made.getCenter();
      if (given.main) view.value = { lng: at.lng, lat: at.lat, zoom: made.getZoom() };
    };
    made.on("moveend", settled);
    made.on("click", (e) => given.busy() || pick(made, e));
    made.on("mousemove", "plots", () => {
      made.getCanvas().style.cursor = given.busy() ? "crosshair" : "pointer";
    });
    made.on("mouseleave", "plots", () => (made.getCanvas().style.cursor = ""));
    made.on("idle", () => box.current?.setAttribute("data-idle", "true"));
    made.on("movestart", () => box.current?.removeAttribute("data-idle"));
    given.ready(made);
    return () => {
      end();
      given.ready(null);
      map.current = null;
      made.remove();
    };
  }, []);
  useEffect(() => {
    if (number.current === given.number) return;
    number.current = given.number;
    const source = map.current?.getSource("land") as { setTiles?: (t: string[]) => void } | undefined; // prettier-ignore
    source?.setTiles?.([tilesOf(given.number)]);
    map.current?.fire("moveend");
  }, [given.number]);
  return <div ref={box} class="map-box" role="region" aria-label={given.label} />;
}
