import type { Map } from "maplibre-gl";
import type { Signal } from "@preact/signals";
import type { Feature, FeatureCollection } from "geojson";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api, data } from "../../api/client";
import { type Loaded, useLoaded } from "../../api/use";
import { edition } from "../../edition";
import { word } from "../../legend";
import { t } from "../../lang";
import { boundsOf } from "../../map/bounds";
import { mu, num } from "../../numbers";
import { Bucket, Grade } from "../../parts/grade";
import { Shown } from "../../parts/page";
import { enterpriseHref, parcelHref } from "../../routes";
import type { Selection } from "./address";
import { outlined, selected, view } from "./state";

type Row = Record<string, unknown>;
export interface Told {
  of: Row;
  links: Row[] | null; // null: this reader is not told
  low: Row[];
  names: Record<string, string>;
}

const text = (row: Row, name: string): string => (typeof row[name] === "string" ? row[name] : "");
const figure = (row: Row, name: string): number | null =>
  typeof row[name] === "number" ? row[name] : null;
const rows = (found: unknown): Row[] => (found as { items: Row[] }).items;

/** What a reader is not told is nothing on the card: the public sees fewer tables and columns. */
const orNone = (asked: Promise<unknown>): Promise<Row[] | null> =>
  asked.then(rows).catch(() => null);
const where = (row: Row, name: string, said: (value: number | null) => string): string =>
  name in row ? said(figure(row, name)) : "";

async function askParcel(code: string, number: number): Promise<Told> {
  const params = { path: { parcel_code: code }, query: { edition: number } };
  const [of, links, low] = await Promise.all([
    data(api.GET("/v1/parcels/{parcel_code}", { params })) as Promise<unknown>,
    orNone(data(api.GET("/v1/parcels/{parcel_code}/links", { params }))),
    orNone(data(api.GET("/v1/parcels/{parcel_code}/low-efficiency", { params }))),
  ]);
  const known = [...new Set((links ?? []).map((l) => text(l, "uscc")))].slice(0, 8);
  const named = await Promise.all(
    known.map((uscc) =>
      data(
        api.GET("/v1/enterprises/{uscc}", {
          params: { path: { uscc }, query: { edition: number, fields: "name" } },
        }),
      )
        .then((found) => text(found as Row, "name"))
        .catch(() => ""),
    ),
  );
  const names = Object.fromEntries(known.map((uscc, n) => [uscc, named[n] ?? ""]));
  return { of: of as Row, links, low: low ?? [], names };
}

async function askEnterprise(uscc: string, number: number): Promise<Told> {
  const params = { path: { uscc }, query: { edition: number } };
  const [of, links] = await Promise.all([
    data(api.GET("/v1/enterprises/{uscc}", { params })) as Promise<unknown>,
    orNone(data(api.GET("/v1/enterprises/{uscc}/links", { params }))),
  ]);
  const first = text(links?.[0] ?? {}, "parcel_code");
  if (view.peek() || !first) return { of: of as Row, links, low: [], names: {} };
  // a link from another page says no place: its first plot is one
  const plot = (await data(
    api.GET("/v1/parcels/{parcel_code}", {
      params: { path: { parcel_code: first }, query: { edition: number } },
    }),
  ).catch(() => ({}))) as Row;
  return { of: { ...(of as Row), geometry: plot.geometry }, links, low: [], names: {} };
}

/** The short card of what was chosen, beside the map. */
export function Panel(given: { map: Signal<Map | null> }) {
  const chosen = selected.value;
  const number = edition.value?.number;
  if (!chosen || number === undefined) return null;
  return <Card key={`${chosen.kind} ${chosen.id}`} of={chosen} number={number} map={given.map} />;
}

function Card(given: { of: Selection; number: number; map: Signal<Map | null> }) {
  const { of, number } = given;
  const head = useRef<HTMLHeadingElement>(null);
  const told = useLoaded(
    () => (of.kind === "parcel" ? askParcel(of.id, number) : askEnterprise(of.id, number)),
    [of.kind, of.id, number],
  );
  useEffect(() => outline(of, told, given.map.value), [told.data, given.map.value]);
  useEffect(() => () => void (outlined.value = []), []);
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  return (
    <aside class="map-panel" aria-labelledby="map-panel-title">
      <div class="map-panel-head">
        <h2 id="map-panel-title" ref={head} tabIndex={-1}>
          {of.kind === "parcel" ? t("宗地", "Plot") : t("企业", "Enterprise")} {of.id}
        </h2>
        <button
          type="button"
          class="quiet"
          aria-label={t("关闭", "Close")}
          onClick={() => (selected.value = null)}
        >
          ✕
        </button>
      </div>
      <Shown of={told}>
        {(data) => (of.kind === "parcel" ? <Parcel told={data} /> : <Enterprise told={data} />)}
      </Shown>
    </aside>
  );
}

/** Outline the plots; where no position was asked for (a link from another page), go there. */
function outline(of: Selection, told: Loaded<Told>, map: Map | null): void {
  if (!told.data) return;
  const links = (told.data.links ?? []).filter((l) => text(l, "relation") !== "REGISTERED_ONLY");
  outlined.value = of.kind === "parcel" ? [of.id] : links.map((l) => text(l, "parcel_code"));
  if (!map) return;
  const shape = told.data.of.geometry as Feature["geometry"] | undefined;
  if (!shape || seen(map, shape)) return;
  const around = boundsOf(asCollection(shape));
  if (around && !view.peek())
    map.fitBounds(around, { maxZoom: 16.5, padding: 120, animate: false });
}

const asCollection = (geometry: Feature["geometry"]): FeatureCollection => ({
  type: "FeatureCollection",
  features: [{ type: "Feature", properties: {}, geometry }],
});

function seen(map: Map, shape: Feature["geometry"]): boolean {
  const box = boundsOf(asCollection(shape));
  return box !== undefined && map.getBounds().contains([box[0], box[1]]) && map.getZoom() > 13;
}

function Facts(given: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {given.of
        .filter(([, value]) => value !== "" && value !== null)
        .map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  );
}

function Parcel(given: { told: Told }) {
  const { of, links, low, names } = given.told;
  const code = text(of, "parcel_code");
  return (
    <>
      <p class="map-grades">
        {t("宗地", "plot")} <Grade grade={text(of, "parcel_grade")} /> {t("企业", "firm")}{" "}
        <Grade grade={text(of, "enterprise_grade")} />{" "}
        <Bucket of="parcel" bucket={text(of, "bucket")} />
      </p>
      <Facts
        of={[
          [t("坐落", "Location"), text(of, "location")],
          [t("用途", "Use"), text(of, "land_use")],
          [t("权利人", "Holder"), text(of, "holder")],
          [t("登记面积", "Area"), where(of, "area_m2", (v) => `${mu(v)} ${t("亩", "mu")}`)],
          [
            t("亩均税收", "Tax per mu"),
            where(of, "tax_per_mu", (v) => `${num(v, 2)} ${t("万元/亩", "10⁴ yuan/mu")}`),
          ],
          [t("未关闭疑点", "Open findings"), where(of, "findings", (v) => num(v))],
        ]}
      />
      {links && <h3>{t("用地企业", "Enterprises on it")}</h3>}
      {links?.length === 0 && <p class="small">{t("没有", "none")}</p>}
      <ul class="plain">
        {(links ?? []).map((l) => (
          <li key={`${text(l, "uscc")} ${text(l, "relation")}`}>
            <button
              type="button"
              class="link"
              onClick={() => (selected.value = { kind: "enterprise", id: text(l, "uscc") })}
            >
              {names[text(l, "uscc")] || text(l, "uscc")}
            </button>{" "}
            {word("relation", text(l, "relation"))} {mu(figure(l, "area_m2"))} {t("亩", "mu")}
            {text(l, "band") === "review" && ` · ${word("band", "review")}`}
          </li>
        ))}
      </ul>
      {low.length > 0 && <h3>{t("低效用地提示", "Low-efficiency hints")}</h3>}
      <ul class="plain">
        {low.map((l) => (
          <li key={text(l, "rule")}>
            <b>{word("rule", text(l, "rule"))}</b> {num(figure(l, "measured"), 2)} /{" "}
            {num(figure(l, "threshold"), 2)} {word("unit", text(l, "unit"))}
            <br />
            <span class="small">{text(l, "basis")}</span>
          </li>
        ))}
      </ul>
      <p class="actions">
        <a class="button main" href={parcelHref(code)}>
          {t("打开宗地卡", "Open the card")}
        </a>
      </p>
    </>
  );
}

function Enterprise(given: { told: Told }) {
  const { of, links } = given.told;
  return (
    <>
      <p class="map-name">{text(of, "name")}</p>
      <p class="map-grades">
        <Grade grade={text(of, "grade")} long />{" "}
        <Bucket of="enterprise" bucket={text(of, "bucket")} />
      </p>
      <Facts
        of={[
          [t("曾用名", "Former names"), text(of, "former_names")],
          [t("地址", "Address"), text(of, "address")],
          [t("登记状态", "Status"), text(of, "status")],
          [t("行业", "Industry"), text(of, "industry")],
          [t("规模", "Size"), text(of, "size")],
          [t("占地", "Land"), where(of, "occupied_mu", (v) => `${num(v, 2)} ${t("亩", "mu")}`)],
          [t("得分", "Score"), where(of, "score", (v) => num(v, 2))],
        ]}
      />
      {links && <h3>{t("用地", "Plots")}</h3>}
      {links?.length === 0 && <p class="small">{t("没有对应到用地", "no plot found for it")}</p>}
      <ul class="plain">
        {(links ?? []).map((l) => (
          <li key={`${text(l, "parcel_code")} ${text(l, "relation")}`}>
            <button
              type="button"
              class="link"
              onClick={() => {
                view.value = null;
                selected.value = { kind: "parcel", id: text(l, "parcel_code") };
              }}
            >
              {text(l, "parcel_code")}
            </button>{" "}
            {word("relation", text(l, "relation"))} {mu(figure(l, "area_m2"))} {t("亩", "mu")}
          </li>
        ))}
      </ul>
      <p class="actions">
        <a class="button main" href={enterpriseHref(text(of, "uscc"))}>
          {t("打开企业卡", "Open the card")}
        </a>
      </p>
    </>
  );
}
