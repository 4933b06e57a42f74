import type { FeatureCollection } from "geojson";
import { t } from "../../lang";
import { word } from "../../legend";
import { num } from "../../numbers";
import type { Cluster } from "./totals";

type Plot = Record<string, string | number | null>;

/** Field-check sheets of the chosen clusters, on paper only: one table a cluster, room to write. */
export function FieldSheets(given: {
  clusters: readonly Cluster[];
  plots: FeatureCollection | undefined;
  year: number;
}) {
  const all = (given.plots?.features ?? []).map((f) => (f.properties ?? {}) as Plot);
  return (
    <section class="sheets" aria-hidden="true">
      <h1>{t("低效工业用地实地核查表", "Field check of low-efficiency land")}</h1>
      <p>
        {t(
          "{y} 年。筛查只是提示，不作认定。内部资料。",
          "{y}. A screening only, no verdict. Internal.",
          {
            y: given.year,
          },
        )}
      </p>
      {given.clusters.map((c) => (
        <Sheet
          key={c.cluster_id}
          cluster={c}
          plots={all.filter((p) => p.cluster_id === c.cluster_id)}
        />
      ))}
      <p class="signed">
        {t("核查组签字：", "signed: ")}________________　{t("日期：", "date: ")}________________
      </p>
    </section>
  );
}

function Sheet({ cluster, plots }: { cluster: Cluster; plots: readonly Plot[] }) {
  const heads = [
    t("宗地代码", "Parcel"),
    t("坐落", "Location"),
    t("亩", "mu"),
    t("权利人", "Holder"),
    t("使用企业", "Users"),
    t("提示", "Prompts"),
    t("建议路径", "Path"),
    t("核查结果", "Result"),
    t("实际使用、进展", "Real use, state"),
    t("核查人", "By"),
  ];
  return (
    <>
      <h2>
        {t("片区 {c}　{n} 宗　{m} 亩", "Cluster {c}, {n} plots, {m} mu", {
          c: cluster.cluster_id,
          n: cluster.plots,
          m: num(cluster.area_mu, 2),
        })}
      </h2>
      <table>
        <thead>
          <tr>
            {heads.map((h) => (
              <th key={h}>{h}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plots.map((p) => (
            <tr key={String(p.parcel_code)}>
              <td>{p.parcel_code}</td>
              <td>{p.location}</td>
              <td class="number">{num(Number(p.area_mu), 2)}</td>
              <td>{p.holder}</td>
              <td>{p.user_names}</td>
              <td>
                {String(p.rules)
                  .split("|")
                  .map((r) => word("rule", r))
                  .join("、")}
              </td>
              <td>{p.path_label}</td>
              <td />
              <td />
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
