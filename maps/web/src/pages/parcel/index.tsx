import { useRoute } from "preact-iso";
import { api, data } from "../../api/client";
import { Facts } from "../../cards/facts";
import { FieldWork } from "../../cards/fieldwork";
import { Findings } from "../../cards/findings";
import { History } from "../../cards/history";
import { ParcelBar } from "../../cards/ledger";
import { Links } from "../../cards/links";
import { CardPage, Halves } from "../../cards/page";
import { LowEfficiency } from "../../cards/low";
import { Beside, GradeSpan, Indicators, Stakes } from "../../cards/score";
import { around } from "../../cards/shapes";
import { Sources } from "../../cards/sources";
import type { ParcelCard } from "../../cards/types";
import { t } from "../../lang";
import { word } from "../../legend";
import { signedIn } from "../../me";
import { LazyMap } from "../../map/lazy";
import { mu, num } from "../../numbers";
import { Bucket } from "../../parts/grade";
import { enterpriseHref } from "../../routes";

/** The card of a parcel: its areas, who is on it and why, both grades, findings, sources. */
export default function Parcel() {
  const { code = "" } = useRoute().params;
  return (
    <CardPage<ParcelCard>
      kind="parcel"
      id={code}
      title={() => t("宗地 {c}", "Parcel {c}", { c: code })}
      read={read}
    >
      {(card) => <Card card={card} />}
    </CardPage>
  );
}

const read = (code: string, number: number): Promise<ParcelCard> =>
  data(
    api.GET("/v1/cards/parcels/{parcel_code}", {
      params: { path: { parcel_code: code }, query: { edition: number } },
    }),
  );

function Card(given: { card: ParcelCard }) {
  const { card } = given;
  const plot = card.plots;
  const names = new Map(card.named.map((n) => [n.uscc, n.name]));
  const name = (uscc: string): string => names.get(uscc) ?? uscc;
  const firm = (uscc: string) => <a href={enterpriseHref(uscc)}>{name(uscc)}</a>;
  const rated = card.parcel_evaluation[0];
  return (
    <Halves
      left={
        <>
          <section class="panel">
            <Beside parcel={plot.parcel_grade ?? ""} firm={plot.enterprise_grade ?? ""} />
            <ParcelBar area={plot.area_m2 ?? 0} rows={card.ledger_lines} name={name} />
            <Facts of={facts(card)} />
          </section>
          <Links
            title={t("谁在用，凭什么", "Who uses it, and why")}
            rows={card.links}
            name={(l) => firm(l.uscc ?? "")}
            rival={firm}
          />
          <LowEfficiency rows={card.low_efficiency} />
          {card.low_efficiency.length > 0 && signedIn.value && (
            <FieldWork
              code={plot.parcel_code ?? ""}
              paths={card.low_efficiency.map((r) => r.path ?? "")}
            />
          )}
          <History of="parcel" rows={card.history} />
        </>
      }
      right={
        <>
          <section class="panel">
            <LazyMap shapes={around([plot])} label={t("宗地位置", "Where it lies")} />
          </section>
          {rated && (
            <section class="panel">
              <h2>{t("宗地评价", "Parcel evaluation")}</h2>
              <GradeSpan row={rated} cohort={card.cohort} />
              <Indicators
                values={rated.indicators ?? {}}
                cohort={card.cohort}
                own={t("本宗地", "Parcel")}
              />
            </section>
          )}
          <Stakes rows={card.grade_stakes} />
          <Findings rows={card.cross_check} sources={card.sources} />
          <Sources rows={card.sources} />
        </>
      }
    />
  );
}

function facts(card: ParcelCard) {
  const plot = card.plots;
  const settled = card.parcel_reconciliation[0];
  const own = card.sources.find((s) => s.table === "parcels");
  const cell = (field: string) => String(own?.cells.find((c) => c.field === field)?.value ?? "");
  const term = [cell("right_start_on"), cell("right_end_on")].filter(Boolean).join(" — ");
  return [
    [t("坐落", "Location"), plot.location],
    [t("权利人", "Holder"), plot.holder],
    [t("用途", "Use"), plot.land_use],
    [
      t("清点", "Bucket"),
      <span key="bucket">
        <Bucket of="parcel" bucket={plot.bucket ?? ""} /> {settled?.reason}
      </span>,
    ],
    [t("登记面积", "Registered"), t("{m} 亩", "{m} mu", { m: mu(plot.area_m2) })],
    [
      t("亩均税收", "Tax per mu"),
      plot.tax_per_mu ? `${num(plot.tax_per_mu, 2)} ${t("万元/亩", "10⁴ yuan/mu")}` : "",
    ],
    [t("使用权期限", "Term"), term],
    [t("权利性质", "Nature of right"), word("right_nature", cell("right_nature"))],
    [t("登记容积率", "Registered FAR"), cell("floor_area_ratio")],
    [t("权利比例", "Shares"), cell("holder_shares")],
    [t("建设期起", "Construction from"), cell("construction_start_on")],
  ] as const;
}
