import type { GeoJSONSource, Map } from "maplibre-gl";
import { ScaleControl } from "maplibre-gl";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { edition } from "../../edition";
import { t } from "../../lang";
import { draw } from "../../map/draw";
import { drawable, tried } from "../../map/library";
import { baseStyle } from "../../map/style";
import { type Changed, changeLayers, changePoints, wayOf } from "./changes";

const LAND = { source: "land", sourceLayer: "plots" } as const;

/** The plots in their simulated grades; `at` brings it to a place. */
export default function ChangeMap(given: {
  edition: number;
  plots: readonly Changed[];
  at: Changed["at"] | null;
}) {
  const { plots, at } = given;
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<Map | null>(null);
  useLayoutEffect(() => {
    const place = box.current;
    const made = place && tried(() => make(place, given.edition));
    if (!made) return undefined;
    made.on("load", () => setMap(made));
    made.on("idle", () => place.setAttribute("data-idle", "true"));
    made.on("dataloading", () => place.removeAttribute("data-idle"));
    return () => {
      setMap(null);
      made.remove();
    };
  }, [given.edition]);
  useEffect(() => {
    if (!map) return;
    box.current?.removeAttribute("data-idle");
    map.removeFeatureState(LAND);
    for (const p of plots)
      map.setFeatureState(
        { ...LAND, id: p.parcel_code },
        { after: p.after, way: wayOf(p.before, p.after) },
      );
    void map.getSource<GeoJSONSource>("changed")?.setData(changePoints(plots));
  }, [map, plots]);
  useEffect(() => {
    if (map && at) map.jumpTo({ center: at as [number, number], zoom: 16.5 });
  }, [map, at]);
  if (!drawable.value)
    return <p class="empty">{t("本机浏览器不能画图", "This browser cannot draw maps")}</p>;
  return (
    <div class="change-place">
      <div
        ref={box}
        class="change-map"
        role="region"
        aria-label={t("试算等级的地图", "Map of the simulated grades")}
      />
      <div class="change-zoom">
        <button type="button" aria-label={t("放大", "Zoom in")} onClick={() => map?.zoomIn()}>
          ＋
        </button>
        <button type="button" aria-label={t("缩小", "Zoom out")} onClick={() => map?.zoomOut()}>
          －
        </button>
      </div>
    </div>
  );
}

function make(place: HTMLElement, number: number): Map {
  const style = baseStyle(number, changeLayers());
  Object.assign(style.sources.land as object, { promoteId: { plots: "parcel_code" } });
  style.sources.changed = { type: "geojson", data: changePoints([]) };
  const around = edition.peek()?.bounds as [number, number, number, number] | null | undefined;
  const made = draw(place, style, around ?? undefined);
  made.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  return made;
}
