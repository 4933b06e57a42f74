import type { GeoJSONSource, Map } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { useEffect, useRef } from "preact/hooks";
import { edition } from "../edition";
import { legend } from "../legend";
import { t } from "../lang";
import { boundsOf } from "./bounds";
export { boundsOf };
import { draw } from "./draw";
import { drawable, tried } from "./library";
import { baseStyle, byGrade, plotLayers } from "./style";

/**
 * A small map: the plots around in the colours of their grades, and some shapes on top, outlined
 * (`properties.role`: "other" dashed, "asked" dark) or dots for points; `properties.label` beside.
 */
export function MiniMap(given: { shapes: FeatureCollection; label: string; height?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<Map | null>(null);
  const { shapes, label } = given;
  const latest = useRef(shapes);
  latest.current = shapes;
  const number = edition.value?.number;
  useEffect(() => {
    if (!box.current || number === undefined) return undefined;
    const place = box.current;
    const made = tried(() =>
      draw(place, baseStyle(number, plotLayers(byGrade("parcel_grade"))), boundsOf(shapes), {
        maxZoom: 18,
        fitBoundsOptions: { padding: 40, maxZoom: 17 },
      }),
    );
    if (!made) return undefined;
    made.on("load", () => {
      addShapes(made, latest.current);
      if (latest.current !== shapes) goTo(made, latest.current); // others are asked for meanwhile
    });
    map.current = made;
    return () => {
      map.current = null;
      made.remove();
    };
  }, [number]);
  useEffect(() => {
    const shown = map.current?.getSource<GeoJSONSource>("shapes");
    if (!map.current || !shown) return;
    shown.setData(shapes);
    goTo(map.current, shapes);
  }, [shapes]);
  if (!drawable.value)
    return <p class="empty">{t("本机浏览器不能画图", "This browser cannot draw maps")}</p>;
  return (
    <div
      ref={box}
      class="minimap"
      role="img"
      aria-label={label}
      style={{ height: given.height ?? "16rem" }}
    />
  );
}

function goTo(map: Map, shapes: FeatureCollection): void {
  const around = boundsOf(shapes);
  if (around) map.fitBounds(around, { padding: 40, maxZoom: 17, animate: false });
}

function addShapes(map: Map, shapes: FeatureCollection): void {
  const colour = legend.outlines.selected?.colour ?? "#00a2b3";
  map.addSource("shapes", { type: "geojson", data: shapes });
  const other = ["==", ["get", "role"], "other"];
  map.addLayer({
    id: "shapes-casing",
    type: "line",
    source: "shapes",
    filter: ["==", ["get", "role"], "asked"],
    paint: { "line-color": "#ffe600", "line-width": 8 },
  });
  map.addLayer({
    id: "shapes-line",
    type: "line",
    source: "shapes",
    filter: ["!", other] as never,
    paint: {
      "line-color": ["case", ["==", ["get", "role"], "asked"], "#1c2730", colour],
      "line-width": 3,
    },
  });
  map.addLayer({
    id: "shapes-other",
    type: "line",
    source: "shapes",
    filter: other as never,
    paint: { "line-color": "#6a3d9a", "line-width": 2.5, "line-dasharray": [2, 1.5] },
  });
  map.addLayer({
    id: "shapes-point",
    type: "circle",
    source: "shapes",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 7,
      "circle-color": ["case", other as never, "#6a3d9a", colour],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 2,
    },
  });
  map.addLayer({
    id: "shapes-label",
    type: "symbol",
    source: "shapes",
    filter: ["!=", ["coalesce", ["get", "label"], ""], ""],
    layout: { "text-field": ["get", "label"], "text-size": 13, "text-offset": [0, -1.1] },
    paint: { "text-color": "#1c2730", "text-halo-color": "#fff", "text-halo-width": 1.5 },
  });
}
