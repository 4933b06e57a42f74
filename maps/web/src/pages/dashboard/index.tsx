import { api, data } from "../../api/client";
import { useOfEdition } from "../../api/edition";
import { edition } from "../../edition";
import { t } from "../../lang";
import { me } from "../../me";
import { M2_PER_MU, num, percent } from "../../numbers";
import { Page, Shown } from "../../parts/page";
import { href } from "../../routes";
import { AreaBalance } from "./areas";
import { CoverageTables } from "./coverage";
import "./dashboard.css";
import { type Dashboard, share, total } from "./data";
import { Grades } from "./grades";
import { Reconciliation } from "./reconcile";
import { Leaders, Sources } from "./sources";
import { Findings, LowEfficiency } from "./work";

/** The state of the locality at a glance, every number a way into its rows. */
export default function Overview() {
  const now = edition.value;
  const loaded = useOfEdition<Dashboard>((number) =>
    data(api.GET("/v1/dashboard", { params: { query: { edition: number } } })),
  );
  return (
    <Page
      title={t("总览", "Overview")}
      actions={
        <>
          {now && (
            <span class="small">
              {t("{y} 年度 · 截至 {d} · 方案 {s}", "{y} · as of {d} · scheme {s}", {
                y: now.year,
                d: now.as_of,
                s: now.scheme_id,
              })}
            </span>
          )}
          <button type="button" onClick={() => print()}>
            {t("打印", "Print")}
          </button>
        </>
      }
    >
      <Shown of={loaded}>{(found) => <Board found={found} />}</Shown>
    </Page>
  );
}

function Board({ found }: { found: Dashboard }) {
  return (
    <div class="board">
      <Figures found={found} />
      <Reconciliation found={found} />
      <AreaBalance found={found} />
      <Grades found={found} />
      <CoverageTables towns={found.towns} parks={found.parks} />
      <Findings found={found} />
      <LowEfficiency found={found} />
      <Sources edition={found.edition} />
      {me.value?.everywhere && <Leaders edition={found.edition} />}
    </div>
  );
}

/** The few numbers everybody asks first. */
function Figures({ found }: { found: Dashboard }) {
  const industrial = total(found.towns, (r) => r.industrial_m2);
  const matched = total(found.towns, (r) => r.matched_m2);
  const firms = total(found.enterprises, (r) => r.count);
  const placed = total(
    found.enterprises.filter((r) => r.bucket === "matched"),
    (r) => r.count,
  );
  const grave = total(
    found.findings.filter((r) => r.severity === "high"),
    (r) => r.count,
  );
  const figures: [string, string, string, string][] = [
    [
      t("工业用地已对应", "industrial land reconciled"),
      percent(share(matched, industrial)),
      t("{a} / {b} 亩", "{a} / {b} mu", { a: wholeMu(matched), b: wholeMu(industrial) }),
      href("/lists", { table: "parcels", bucket: "matched" }),
    ],
    [
      t("企业已对应", "firms with land"),
      percent(share(placed, firms)),
      t("{a} / {b} 家", "{a} / {b}", { a: num(placed), b: num(firms) }),
      href("/lists", { table: "enterprises", bucket: "matched" }),
    ],
    [
      t("企业实际占用", "occupied by firms"),
      wholeMu(found.ledger.occupied_m2),
      t("亩，{n} 家", "mu, {n} firms", { n: num(found.ledger.enterprises) }),
      href("/lists", { table: "enterprises" }),
    ],
    [
      t("低效用地提示", "low-efficiency prompts"),
      num(found.low_total.mu),
      t("亩，{n} 宗", "mu, {n} plots", { n: num(found.low_total.plots) }),
      href("/plan"),
    ],
    [
      t("严重疑点", "grave findings"),
      num(grave),
      t("条待处理", "open"),
      href("/findings", { severity: "high" }),
    ],
  ];
  return (
    <ul class="figures">
      {figures.map(([name, value, more, to]) => (
        <li key={name}>
          <a href={to}>
            <span>{name}</span>
            <strong>{value}</strong>
            <span class="small">{more}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

const wholeMu = (m2: number): string => num(m2 / M2_PER_MU);
