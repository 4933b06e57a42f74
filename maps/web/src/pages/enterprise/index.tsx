import { useRoute } from "preact-iso";
import { api, data } from "../../api/client";
import { Facts } from "../../cards/facts";
import { Findings } from "../../cards/findings";
import { History } from "../../cards/history";
import { FirmBar } from "../../cards/ledger";
import { Links } from "../../cards/links";
import { CardPage, Halves } from "../../cards/page";
import { GradeSpan, Indicators, Stakes } from "../../cards/score";
import { around } from "../../cards/shapes";
import { Sources } from "../../cards/sources";
import type { FirmCard } from "../../cards/types";
import { t } from "../../lang";
import { word } from "../../legend";
import { LazyMap } from "../../map/lazy";
import { mu } from "../../numbers";
import { Bucket, Grade } from "../../parts/grade";
import { Table } from "../../parts/table";
import { enterpriseHref, parcelHref } from "../../routes";

/** The card of an enterprise: its land line by line, its plots, its grade and what would change it. */
export default function Enterprise() {
  const { uscc = "" } = useRoute().params;
  return (
    <CardPage<FirmCard>
      kind="enterprise"
      id={uscc}
      title={(card) => card?.firms.name ?? uscc}
      read={read}
    >
      {(card) => <Card card={card} />}
    </CardPage>
  );
}

const read = (uscc: string, number: number): Promise<FirmCard> =>
  data(
    api.GET("/v1/cards/enterprises/{uscc}", {
      params: { path: { uscc }, query: { edition: number } },
    }),
  );

function Card(given: { card: FirmCard }) {
  const { card } = given;
  const rated = card.enterprise_evaluation[0];
  const ledger = card.ledger[0];
  return (
    <Halves
      left={
        <>
          <section class="panel">
            <h2>{t("用地", "Land")}</h2>
            {ledger ? (
              <FirmBar ledger={ledger} />
            ) : (
              <p>{t("台账中没有用地", "No land in the ledger")}</p>
            )}
            <Lines card={card} />
            <Facts of={facts(card)} />
          </section>
          <Links
            title={t("用哪些地，凭什么", "Which land, and why")}
            rows={card.links}
            name={(l) => <Plot card={card} code={l.parcel_code ?? ""} />}
            rival={(uscc) => <a href={enterpriseHref(uscc)}>{uscc}</a>}
          />
          <History of="enterprise" rows={card.history} />
        </>
      }
      right={
        <>
          <section class="panel">
            <LazyMap
              shapes={around(card.plots, [card.firms])}
              label={t("全部地块和企业点位", "All plots and the firm's point")}
            />
          </section>
          {rated && (
            <section class="panel">
              <h2>{t("企业评价", "Enterprise evaluation")}</h2>
              <GradeSpan row={rated} cohort={card.cohort} />
              {rated.unit_kind !== "enterprise" && (
                <p class="small">
                  {word("unit_kind", rated.unit_kind ?? "")} {rated.unit_id}
                </p>
              )}
              <Indicators
                values={rated.indicators ?? {}}
                cohort={card.cohort}
                own={t("本企业", "Firm")}
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

/** Every line of the ledger with its plot and how the area was found. */
function Lines(given: { card: FirmCard }) {
  const { card } = given;
  if (card.ledger_lines.length === 0) return null;
  return (
    <Table
      caption={t("面积明细", "Area lines")}
      rows={card.ledger_lines}
      id={(l) => `${l.parcel_code} ${l.component}`}
      columns={[
        { head: t("宗地", "Parcel"), cell: (l) => <Plot card={card} code={l.parcel_code ?? ""} /> },
        { head: t("科目", "Component"), cell: (l) => word("component", l.component ?? "") },
        { head: t("亩", "mu"), number: true, cell: (l) => mu(l.area_m2) },
        { head: t("怎么算的", "Method"), cell: (l) => word("area_method", l.basis ?? "") },
      ]}
    />
  );
}

/** A plot by its code, with its grade; land in other divisions has only its code here. */
function Plot(given: { card: FirmCard; code: string }) {
  const plot = given.card.plots.find((p) => p.parcel_code === given.code);
  if (!plot) return <>{given.code}</>;
  return (
    <>
      <a href={parcelHref(given.code)}>{given.code}</a> <Grade grade={plot.parcel_grade ?? ""} />
    </>
  );
}

function facts(card: FirmCard) {
  const firm = card.firms;
  const settled = card.enterprise_reconciliation[0];
  return [
    [t("统一社会信用代码", "USCC"), firm.uscc],
    [t("曾用名", "Former names"), firm.former_names],
    [t("地址", "Address"), firm.address],
    [t("登记状态", "Status"), word("status", firm.status)],
    [t("行业代码", "Industry"), firm.industry],
    [t("规模", "Size"), word("size", firm.size)],
    [
      t("清点", "Bucket"),
      <span key="bucket">
        <Bucket of="enterprise" bucket={firm.bucket ?? ""} /> {settled?.reason}
      </span>,
    ],
    [
      t("疑似集团", "Group?"),
      card.group_suggestions.map((g) => String(Object.values(g)[0] ?? "")).join("、"),
    ],
  ] as const;
}
