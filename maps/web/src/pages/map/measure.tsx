import type { GeoJSONSource, Map, MapMouseEvent } from "maplibre-gl";
import { computed, type Signal, signal } from "@preact/signals";
import type { Feature, FeatureCollection } from "geojson";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { t } from "../../lang";
import { areaOf, lengthOf, type Position } from "../../map/geodesy";
import { mu, num } from "../../numbers";

export type Measuring = "length" | "area";
/** What is being measured; null: nothing, and clicks choose plots. */
export const measuring = signal<Measuring | null>(null);
const points = signal<readonly Position[]>([]);

/** Begin, change or end measuring. */
export function measure(what: Measuring | null): void {
  measuring.value = what;
  points.value = [];
}

/** What the points say so far. */
const result = computed(() => {
  const line = points.value;
  if (measuring.value === "area") {
    const m2 = line.length > 2 ? areaOf(line) : 0;
    return `${mu(m2)} ${t("亩", "mu")}（${num(m2)} ㎡）`;
  }
  const metres = lengthOf(line);
  return metres >= 10_000 ? `${num(metres / 1000, 3)} km` : `${num(metres, 1)} m`;
});

/** The shapes of what is being measured. */
export function shapesOf(line: readonly Position[], what: Measuring | null): FeatureCollection {
  const at = line.map((p) => [p[0], p[1]]);
  const shape = (geometry: Feature["geometry"]): Feature => ({
    type: "Feature",
    properties: {},
    geometry,
  });
  const features = at.map((coordinates) => shape({ type: "Point", coordinates }));
  if (at.length > 1) features.push(shape({ type: "LineString", coordinates: at }));
  if (what === "area" && at.length > 2)
    features.push(shape({ type: "Polygon", coordinates: [[...at, at[0] ?? []]] }));
  return { type: "FeatureCollection", features };
}

function show(map: Map, line: readonly Position[], what: Measuring | null): void {
  map.getSource<GeoJSONSource>("measure")?.setData(shapesOf(line, what));
}

function drawOn(map: Map): void {
  if (map.getLayer("measure-line")) return;
  map.addLayer({
    id: "measure-fill",
    type: "fill",
    source: "measure",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": "#ff6f00", "fill-opacity": 0.25 },
  });
  map.addLayer({
    id: "measure-line",
    type: "line",
    source: "measure",
    paint: { "line-color": "#ff6f00", "line-width": 2.5 },
  });
  map.addLayer({
    id: "measure-point",
    type: "circle",
    source: "measure",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 4,
      "circle-color": "#fff",
      "circle-stroke-color": "#ff6f00",
      "circle-stroke-width": 2,
    },
  });
}

/** The bar while measuring: what it comes to, and buttons that the keyboard reaches too. */
export function MeasureBar(given: { map: Signal<Map | null> }) {
  const map = given.map.value;
  const what = measuring.value;
  // Before the next frame: a click that follows at once counts, however long a frame takes.
  useLayoutEffect(() => {
    if (!map || !what) return undefined;
    const put = (e: MapMouseEvent): void => {
      points.value = [...points.value, [e.lngLat.lng, e.lngLat.lat]];
    };
    const begin = (): void => {
      drawOn(map);
      show(map, points.peek(), what);
    };
    map.on("click", put);
    map.doubleClickZoom.disable();
    if (map.getSource("measure")) drawOn(map);
    else map.once("style.load", begin);
    return () => {
      map.off("style.load", begin);
      map.off("click", put);
      map.doubleClickZoom.enable();
    };
  }, [map, what]);
  const line = points.value;
  useEffect(() => {
    if (map) show(map, line, what);
  }, [map, line, what]);
  useEffect(() => () => measure(null), []);
  if (!what) return null;
  return (
    <div class="map-measure" role="group" aria-label={t("量算", "Measure")}>
      <span>{what === "area" ? t("面积", "Area") : t("距离", "Distance")}</span>
      <output aria-live="polite">{result.value}</output>
      <button
        type="button"
        title={t("用方向键移动地图，把十字对准要量的点", "move the map with the arrow keys")}
        onClick={() => {
          const at = map?.getCenter();
          if (at) points.value = [...line, [at.lng, at.lat]];
        }}
      >
        {t("加图中心点", "Add the centre")}
      </button>
      <button
        type="button"
        disabled={line.length === 0}
        onClick={() => (points.value = line.slice(0, -1))}
      >
        {t("退一点", "Undo")}
      </button>
      <button type="button" onClick={() => measure(null)}>
        {t("结束", "Finish")}
      </button>
      <span class="map-cross" aria-hidden="true" />
    </div>
  );
}
