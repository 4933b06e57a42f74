import type { Map } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { edition } from "../../edition";
import { t } from "../../lang";
import { api, data } from "../../api/client";
import { draw } from "../../map/draw";
import { baseStyle, byGrade, plotLayers } from "../../map/style";

/** The industrial-land map. */
export default function MapPage() {
  const box = useRef<HTMLDivElement>(null);
  const number = edition.value?.number;
  useEffect(() => {
    if (!box.current || number === undefined) return undefined;
    const container = box.current;
    let map: Map | undefined;
    data(
      api.GET("/tiles/{version}/{layer}.json", {
        params: { path: { version: number, layer: "land" } },
      }),
    )
      .then((told) => {
        const [w, s, e, n] = told.bounds as [number, number, number, number];
        map = draw(
          container,
          baseStyle(number, plotLayers(byGrade("parcel_grade"))),
          [w, s, e, n],
          {
            hash: true,
          },
        );
      })
      .catch(() => undefined);
    return () => map?.remove();
  }, [number]);
  return <div ref={box} class="bigmap" style={{ height: "100%" }} aria-label={t("地图", "Map")} />;
}
