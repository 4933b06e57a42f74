import type { Map } from "maplibre-gl";
import { effect, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { edition, editions, editionsProblem } from "../../edition";
import { t } from "../../lang";
import { drawable } from "../../map/library";
import { Refused } from "../../parts/page";
import { readBasemaps } from "./basemap";
import type { Bounds } from "./canvas";
import { AskedRows } from "./asked";
import { Compared } from "./compare";
import { Key, Layers, Modes } from "./key";
import { Ground } from "./ground";
import { MeasureBar, measuring } from "./measure";
import { Panel } from "./panel";
import { Search } from "./search";
import { address, beside, count, counted, readAddress } from "./state";
import { PlotTable } from "./table";
import { Tools } from "./tools";
import "./map.css";

/** The industrial-land map. */
export default function MapPage() {
  useState(() => readAddress(location.search)); // once, before the map is made
  useEffect(() => {
    document.title = t("地图", "Map");
    void readBasemaps().catch(() => undefined); // none is offered, then
    return effect(() => {
      const query = address.value;
      if (location.pathname.endsWith("/map"))
        history.replaceState(history.state, "", `${location.pathname}${query ? `?${query}` : ""}`);
    });
  }, []);
  const shown = edition.value;
  if (editionsProblem.value) return <Refused problem={editionsProblem.value} />;
  if (!shown) return <Waiting none={editions.value?.length === 0} />;
  return drawable.value ? (
    <Drawing number={shown.number} bounds={(shown.bounds ?? undefined) as Bounds | undefined} />
  ) : (
    <PlotTable key={shown.number} number={shown.number} />
  );
}

function Waiting(given: { none: boolean }) {
  return (
    <p class="empty" aria-busy={!given.none}>
      {given.none ? t("还没有发布。", "Nothing is published yet.") : t("读取中……", "Loading …")}
    </p>
  );
}

/** The page where maps can be drawn. */
function Drawing(given: { number: number; bounds: Bounds | undefined }) {
  const { number } = given;
  const map = useSignal<Map | null>(null);
  useEffect(() => {
    counted.value = null;
    void count(number).catch(() => undefined); // the map stands without its counts
  }, [number]);
  return (
    <div class="map-page">
      <section class="map-side" aria-label={t("图例和筛选", "Legend and filters")}>
        <Search map={map} />
        <div class="map-scroll">
          <Modes />
          <Key />
          <Layers />
          <Ground />
        </div>
      </section>
      <div class="map-place">
        <Compared
          number={number}
          beside={beside.value}
          bounds={given.bounds}
          busy={() => measuring.peek() !== null}
          ready={(made) => (map.value = made)}
        />
        <AskedRows map={map} number={number} />
        <Tools map={map} />
        <MeasureBar map={map} />
      </div>
      <Panel map={map} />
    </div>
  );
}
