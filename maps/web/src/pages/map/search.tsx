import type { Map } from "maplibre-gl";
import type { Signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { edition } from "../../edition";
import { t } from "../../lang";
import { boundsOf } from "../../map/bounds";
import { Grade } from "../../parts/grade";
import { say } from "../../parts/toast";
import { selected } from "./state";

interface Hit {
  kind: "parcel" | "enterprise";
  id: string;
  name: string;
  more: string;
  grade: string;
  shape: FeatureCollection;
}
const SHORTEST = 2;
const EACH = 6;
const PAUSE_MS = 180;
const GEO = { Accept: "application/geo+json" };

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Firms and plots that hold a part of a name, a code or an address. */
async function find(part: string, number: number): Promise<Hit[]> {
  const asked = { params: { query: { q: part, limit: EACH, edition: number } }, headers: GEO };
  const [firms, plots] = (await Promise.all([
    data(api.GET("/v1/enterprises", asked)),
    data(api.GET("/v1/parcels", asked)),
  ])) as unknown as [FeatureCollection, FeatureCollection];
  const hit =
    (kind: Hit["kind"]) =>
    (f: FeatureCollection["features"][number]): Hit => {
      const told = f.properties ?? {};
      const firm = kind === "enterprise";
      const former = text(told.former_names);
      return {
        kind,
        id: text(firm ? told.uscc : told.parcel_code),
        name: text(firm ? told.name : told.parcel_code),
        more: firm
          ? [text(told.uscc), former && t("曾用名 {n}", "formerly {n}", { n: former }), text(told.address)].filter(Boolean).join(" · ") // prettier-ignore
          : [text(told.location), text(told.users) || text(told.holder)]
              .filter(Boolean)
              .join(" · "),
        grade: text(firm ? told.grade : told.parcel_grade),
        shape: { type: "FeatureCollection", features: f.geometry ? [f] : [] },
      };
    };
  return [...firms.features.map(hit("enterprise")), ...plots.features.map(hit("parcel"))];
}

/** Search by name, former name, code, address or parcel code; the arrow keys choose. */
export function Search(given: { map: Signal<Map | null> }) {
  const [typed, setTyped] = useState("");
  const [hits, setHits] = useState<Hit[] | null>(null);
  const told = useRef(""); // what the hits were found for
  const eager = useRef(false); // Enter was pressed before they were there
  const [at, setAt] = useState(0);
  const round = useRef(0);
  const number = edition.value?.number;
  useEffect(() => {
    round.current += 1;
    const mine = round.current;
    eager.current = false;
    const part = typed.trim();
    if (part.length < SHORTEST || number === undefined) {
      setHits(null);
      return undefined;
    }
    const timer = setTimeout(() => {
      find(part, number)
        .then((found) => {
          if (mine !== round.current) return;
          told.current = part;
          setHits(found);
          setAt(0);
          if (eager.current) take(found[0]);
        })
        .catch((e: unknown) => say(e instanceof Error ? e.message : String(e), true));
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, number]);
  const take = (hit: Hit | undefined): void => {
    if (!hit) return;
    round.current += 1; // what is still on its way opens no list again
    setHits(null);
    selected.value = { kind: hit.kind, id: hit.id };
    const around = boundsOf(hit.shape);
    if (around) given.map.value?.fitBounds(around, { maxZoom: 16.5, padding: 120, animate: false });
    else say(t("图上没有它的位置", "it has no place on the map"));
  };
  const enter = (): void => {
    if (told.current === typed.trim()) take(hits?.[at]);
    else eager.current = true;
  };
  const pressed = (e: KeyboardEvent): void => {
    const count = hits?.length ?? 0;
    if (e.key === "Escape") setHits(null);
    else if (e.key === "Enter") enter();
    else if (count && e.key === "ArrowDown") setAt((at + 1) % count);
    else if (count && e.key === "ArrowUp") setAt((at + count - 1) % count);
    else return;
    e.preventDefault();
  };
  return (
    <div class="map-search">
      <label class="hidden" for="map-search">
        {t(
          "查找企业、曾用名、代码、地址、宗地",
          "Find firms, former names, codes, addresses, plots",
        )}
      </label>
      <input
        id="map-search"
        type="search"
        role="combobox"
        autocomplete="off"
        aria-expanded={hits !== null}
        aria-controls="map-hits"
        aria-autocomplete="list"
        list={undefined}
        aria-activedescendant={hits?.length ? `map-hit-${at}` : undefined}
        placeholder={t("企业、曾用名、代码、地址、宗地代码", "firm, code, address, plot")}
        value={typed}
        onInput={(e) => setTyped(e.currentTarget.value)}
        onKeyDown={pressed}
      />
      {hits && <Hits hits={hits} at={at} take={take} />}
    </div>
  );
}

function Hits(given: { hits: readonly Hit[]; at: number; take: (hit: Hit) => void }) {
  const { hits, at, take } = given;
  if (hits.length === 0)
    return (
      <p class="map-hits none" role="status">
        {t("没有找到", "Nothing found")}
      </p>
    );
  return (
    <ul id="map-hits" class="map-hits" role="listbox" aria-label={t("查找结果", "Found")}>
      {hits.map((hit, n) => (
        <li
          key={`${hit.kind} ${hit.id}`}
          id={`map-hit-${n}`}
          role="option"
          aria-selected={n === at}
          onMouseDown={(e) => {
            e.preventDefault();
            take(hit);
          }}
        >
          <span class="hit-name">
            <Grade grade={hit.grade} /> {hit.name}
          </span>
          <span class="small">
            {hit.kind === "parcel" ? t("宗地", "plot") : t("企业", "firm")} · {hit.more}
          </span>
        </li>
      ))}
    </ul>
  );
}
