import { useState } from "preact/hooks";
import { t } from "../../lang";
import { word } from "../../legend";
import { num } from "../../numbers";
import { parcelHref } from "../../routes";
import type { Cluster } from "./totals";

const PAGE = 40;
type Key = "released_mu" | "area_mu" | "uplift_wan_yuan" | "released_tce" | "owners" | "plots";

/** Clusters to choose from, sorted as asked, found by a word of place, user or parcel code. */
export function ClusterTable(given: {
  clusters: readonly Cluster[];
  chosen: ReadonlySet<string>;
  choose: (ids: ReadonlySet<string>) => void;
}) {
  const { chosen, choose } = given;
  const [part, setPart] = useState("");
  const [only, setOnly] = useState(false);
  const [key, setKey] = useState<Key>("released_mu");
  const [page, setPage] = useState(0);
  const fits = given.clusters
    .filter((c) => (!only || chosen.has(c.cluster_id)) && holds(c, part.trim()))
    .sort((a, b) => (key === "owners" ? a.owners - b.owners : b[key] - a[key]) || a.rank - b.rank);
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  const pages = Math.max(Math.ceil(fits.length / PAGE), 1);
  const at = Math.min(page, pages - 1);
  return (
    <section aria-label={t("片区", "Clusters")}>
      <div class="filters">
        <label>
          <span>{t("查找", "Search")}</span>
          <input
            type="search"
            class="wide"
            value={part}
            placeholder={t("坐落、企业、宗地代码", "place, firm, parcel code")}
            onInput={(e) => setPart(e.currentTarget.value)}
          />
        </label>
        <label>
          <span>{t("排序", "Sort by")}</span>
          <select value={key} onChange={(e) => setKey(e.currentTarget.value as Key)}>
            {sorts().map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input type="checkbox" checked={only} onChange={() => setOnly(!only)} />
          <span>{t("只看已选", "chosen only")}</span>
        </label>
      </div>
      <Rows rows={fits.slice(at * PAGE, (at + 1) * PAGE)} chosen={chosen} toggle={toggle} />
      <div class="pager">
        <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
          {t("上一页", "Previous")}
        </button>
        <span>{t("第 {a} / {b} 页", "page {a} of {b}", { a: at + 1, b: pages })}</span>
        <button type="button" disabled={at >= pages - 1} onClick={() => setPage(at + 1)}>
          {t("下一页", "Next")}
        </button>
      </div>
    </section>
  );
}

const sorts = (): [Key, string][] => [
  ["released_mu", t("腾出土地", "land released")],
  ["area_mu", t("整治面积", "area")],
  ["uplift_wan_yuan", t("税收提升", "tax uplift")],
  ["released_tce", t("腾出能耗", "energy released")],
  ["owners", t("业主少的在前", "fewest owners")],
  ["plots", t("宗数", "plots")],
];

const holds = (c: Cluster, part: string): boolean =>
  part === "" ||
  c.location.includes(part) ||
  c.parcels.some((code) => code.includes(part)) ||
  c.users.some((name) => name.includes(part));

function Rows(given: {
  rows: readonly Cluster[];
  chosen: ReadonlySet<string>;
  toggle: (id: string) => void;
}) {
  return (
    <section class="table-box" tabIndex={0} aria-label={t("片区清单", "List of clusters")}>
      <table>
        <caption class="hidden">{t("片区清单", "List of clusters")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("选", "Take")}</th>
            <th scope="col">{t("片区", "Cluster")}</th>
            <th scope="col" class="number">
              {t("宗", "Plots")}
            </th>
            <th scope="col" class="number">
              {t("整治（亩）", "Area, mu")}
            </th>
            <th scope="col" class="number">
              {t("腾出（亩）", "Released")}
            </th>
            <th scope="col" class="number">
              {t("税收提升", "Tax, 10⁴ yuan")}
            </th>
            <th scope="col" class="number">
              {t("业主", "Owners")}
            </th>
          </tr>
        </thead>
        <tbody>
          {given.rows.map((c) => (
            <tr key={c.cluster_id} class={given.chosen.has(c.cluster_id) ? "taken" : ""}>
              <td>
                <input
                  type="checkbox"
                  checked={given.chosen.has(c.cluster_id)}
                  aria-label={t("选 {c}", "take {c}", { c: c.cluster_id })}
                  onChange={() => given.toggle(c.cluster_id)}
                />
              </td>
              <td>
                <Cell cluster={c} />
              </td>
              <td class="number">{num(c.plots)}</td>
              <td class="number">{num(c.area_mu, 1)}</td>
              <td class="number">{num(c.released_mu, 1)}</td>
              <td class="number">
                {c.tax_unknown === c.plots ? t("不明", "unknown") : num(c.uplift_wan_yuan, 1)}
              </td>
              <td class="number">{num(c.owners)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ cluster: c }: { cluster: Cluster }) {
  return (
    <>
      <details>
        <summary>{c.location || c.cluster_id}</summary>
        <p class="small">
          {c.rules
            .split("|")
            .map((r) => word("rule", r))
            .join("、")}
        </p>
        <p class="small">{t("企业：{u}", "Firms: {u}", { u: c.users.join("、") || "—" })}</p>
        <p class="small">
          {c.parcels.map((code) => (
            <a key={code} href={parcelHref(code)}>
              {code}{" "}
            </a>
          ))}
        </p>
      </details>
      <span class="small">{c.paths}</span>
    </>
  );
}
