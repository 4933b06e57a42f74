import type { GeoJSONSource, Map } from "maplibre-gl";
import { batch, type Signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import { useEffect } from "preact/hooks";
import { api, data } from "../../api/client";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { boundsOf } from "../../map/bounds";
import { num } from "../../numbers";
import { Refused } from "../../parts/page";
import { NOTHING } from "./overlays";
import type { Asked } from "./address";
import { asked, hidden, only, view } from "./state";

/** Rows drawn at most; more is no picture. */
const MOST = 5_000;
const GEO = { Accept: "application/geo+json" };

async function find(of: Asked, edition: number): Promise<FeatureCollection> {
  const query = { ...of.query, edition, limit: MOST } as never;
  const path = of.of === "parcel" ? "/v1/parcels" : "/v1/enterprises";
  return (await data(api.GET(path, { params: { query }, headers: GEO }))) as never;
}

/** What a list found, above the map: how many, and the way back to all. */
export function AskedRows(given: { map: Signal<Map | null>; number: number }) {
  const of = asked.value;
  return of && <Rows key={JSON.stringify(of)} of={of} map={given.map} number={given.number} />;
}

function Rows(given: { of: Asked; map: Signal<Map | null>; number: number }) {
  const { of, number } = given;
  const map = given.map.value;
  const found = useLoaded(() => find(of, number), [number]);
  const rows = found.data;
  useEffect(() => {
    if (!map || !rows) return undefined;
    const put = (what: FeatureCollection): void =>
      void map.getSource<GeoJSONSource>("asked")?.setData(what);
    const begin = (): void => {
      put(rows);
      const around = boundsOf(rows);
      if (around && !view.peek())
        map.fitBounds(around, { maxZoom: 16, padding: 60, animate: false });
    };
    if (map.getSource("asked")) begin();
    else map.once("style.load", begin);
    return () => put(NOTHING);
  }, [map, rows]);
  if (found.problem) return <Refused problem={found.problem} again={found.reload} />;
  if (!rows) return null;
  return (
    <p class="map-asked" role="status">
      {told(of, rows)}{" "}
      <button type="button" onClick={clear}>
        {t("取消", "Clear")}
      </button>
    </p>
  );
}

/** Back to all plots, those of the legend too. */
function clear(): void {
  batch(() => {
    asked.value = null;
    hidden.value = new Set();
    only.value = new Set();
  });
}

function told(of: Asked, rows: FeatureCollection): string {
  const n = rows.features.length;
  const placed = rows.features.filter((f) => f.geometry as unknown).length;
  const given = { n: num(n), p: num(placed), m: n === MOST ? t("（只画这些）", " (no more)") : "" };
  return of.of === "parcel"
    ? t("清单选出 {n} 宗{m}，已描边", "{n} plots of the list, outlined{m}", given)
    : t("清单选出 {n} 家{m}，{p} 家有点位", "{n} firms of the list{m}, {p} with a place", given);
}
