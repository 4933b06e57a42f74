import type { FeatureCollection } from "geojson";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, data, headers, Problem, type Schema } from "../../api/client";
import { address } from "../../api/download";
import { useLoaded } from "../../api/use";
import { Programme } from "../../cards/programme";
import { edition } from "../../edition";
import { t } from "../../lang";
import { may, me } from "../../me";
import { num } from "../../numbers";
import { LazyMap } from "../../map/lazy";
import { Page, Shown } from "../../parts/page";
import { Aims } from "./aims";
import { ClusterTable } from "./clusters";
import { Exports } from "./exports";
import { FieldSheets } from "./sheets";
import "../../parts/listing.css";
import "./plan.css";
import { totals } from "./totals";

/** Low-efficiency land in clusters: choose, by hand or by target, export, take to the field. */
export default function Plan() {
  const number = edition.value?.number;
  const loaded = useLoaded<Schema["Clusters"]>(
    () =>
      number
        ? data(api.GET("/v1/plan", { params: { query: { edition: number } } }))
        : new Promise(() => undefined),
    [number],
  );
  return (
    <Page title={t("低效用地整治计划", "Remediation of low-efficiency land")}>
      <Shown of={loaded}>{(found) => <Board key={found.edition} found={found} />}</Shown>
    </Page>
  );
}

/** The plots with their shapes; asked for beside the clusters, for map and sheets. */
async function shapes(number: number): Promise<FeatureCollection> {
  const answer = await fetch(address("/v1/plan", { edition: String(number) }), {
    headers: { ...headers(), Accept: "application/geo+json" },
  });
  if (!answer.ok) throw new Problem(answer.status, t("读不出地块", "no plots"), "");
  return (await answer.json()) as FeatureCollection;
}

function Board({ found }: { found: Schema["Clusters"] }) {
  const { query } = useLocation();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [targets, setTargets] = useState<Record<string, number>>({});
  const saved = useSaved(query.saved);
  useEffect(() => {
    if (!saved) return;
    const body = saved.body as { clusters?: string[]; targets?: Record<string, number> };
    const known = new Set(found.clusters.map((c) => c.cluster_id));
    setChosen(new Set((body.clusters ?? []).filter((id) => known.has(id))));
    setTargets(body.targets ?? {});
  }, [saved]);
  const plots = useLoaded(() => shapes(found.edition), [found.edition]);
  const taken = found.clusters.filter((c) => chosen.has(c.cluster_id));
  const around = useMemo(() => shownOn(plots.data, chosen), [plots.data, chosen]);
  return (
    <>
      <p class="small">
        {t(
          "{n} 个片区；相距不超过 {w} 米的低效地块连成一片（{s}）。提示只是线索，须实地核查。",
          "{n} clusters; low-efficiency plots within {w} m are one ({s}). Prompts only: check on the ground.",
          { n: num(found.clusters.length), w: found.road_width_m, s: found.road_width_source },
        )}
      </p>
      <div class="plan">
        <ClusterTable clusters={found.clusters} chosen={chosen} choose={setChosen} />
        <div>
          <Aims
            edition={found.edition}
            totals={totals(taken)}
            targets={targets}
            setTargets={setTargets}
            chosen={chosen}
            choose={setChosen}
          />
          {around.features.length > 0 && (
            <section class="panel" aria-label={t("选定片区的位置", "Where they lie")}>
              <LazyMap
                shapes={around}
                label={t("选定片区的地图", "Map of the chosen clusters")}
                height="18rem"
              />
            </section>
          )}
          <Exports
            canExport={may("review")}
            edition={found.edition}
            chosen={[...chosen]}
            targets={targets}
            totals={totals(taken)}
            canSave={may("publish") && (me.value?.everywhere ?? false)}
          />
          <Programme />
        </div>
      </div>
      {taken.length > 0 && <FieldSheets clusters={taken} plots={plots.data} year={found.year} />}
    </>
  );
}

/** Chosen plots; none are drawn where none are chosen. */
function shownOn(
  all: FeatureCollection | undefined,
  chosen: ReadonlySet<string>,
): FeatureCollection {
  const features = (all?.features ?? []).filter((f) =>
    chosen.has(String(f.properties?.cluster_id)),
  );
  return { type: "FeatureCollection", features };
}

/** A saved plan that the address names. */
function useSaved(id: string | undefined): Schema["Saved"] | undefined {
  const allowed = may("publish") && me.value?.everywhere;
  const loaded = useLoaded<Schema["Saved"][]>(
    () =>
      id && allowed
        ? data(api.GET("/v1/scenarios", { params: { query: { kind: "plan" } } }))
        : Promise.resolve([]),
    [id, allowed],
  );
  return loaded.data?.find((one) => String(one.id) === id);
}
