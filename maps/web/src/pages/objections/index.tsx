import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, data, type Schema } from "../../api/client";
import { csv, save } from "../../api/download";
import { useLoaded } from "../../api/use";
import { edition } from "../../edition";
import { t } from "../../lang";
import { may, me } from "../../me";
import { moment, num } from "../../numbers";
import { Pick } from "../../parts/field";
import { Page, Shown } from "../../parts/page";
import { type Column, Table } from "../../parts/table";
import { Tabs } from "../../parts/tabs";
import { enterpriseHref, href, parcelHref } from "../../routes";
import { Answer } from "./answer";
import { File } from "./file";
import { daysUntil, left, type State, stateWord } from "./words";
import "./objections.css";

export type Objection = Schema["ObjectionListed"];
const PAGE = 200;
const MOST = 1000; // of one request

/** What firms object to: listed, filed for them, answered once. */
export default function Objections() {
  const { query } = useLocation();
  const [state, setState] = useState<State | "all">("open");
  const [division, setDivision] = useState("");
  const [only, setOnly] = useState(true);
  const [filing, setFiling] = useState(query.uscc !== undefined);
  const [answering, setAnswering] = useState<Objection | null>(null);
  const [limit, setLimit] = useState(PAGE);
  const number = only ? edition.value?.number : undefined;
  const found = useLoaded(
    () => listed(state, division, number, limit),
    [state, division, number, limit],
  );
  useEffect(() => setLimit(PAGE), [state, division, number]);
  return (
    <Page
      title={t("异议", "Objections")}
      actions={
        <button type="button" class="main" onClick={() => setFiling(true)}>
          {t("录入异议……", "File an objection …")}
        </button>
      }
    >
      <div class="filters">
        <Tabs
          label={t("状态", "State")}
          value={state}
          choose={setState}
          choices={[
            ["open", stateWord("open")],
            ["upheld", stateWord("upheld")],
            ["dismissed", stateWord("dismissed")],
            ["all", t("全部", "All")],
          ]}
        />
        <Division value={division} choose={setDivision} />
        <label>
          <input
            type="checkbox"
            checked={only}
            onChange={(e) => setOnly(e.currentTarget.checked)}
          />{" "}
          {t("只看第 {n} 号发布", "Only edition {n}", { n: edition.value?.number ?? "—" })}
        </label>
      </div>
      <Shown of={found}>
        {(rows) => (
          <Rows
            rows={rows}
            limit={limit}
            more={() => setLimit(Math.min(MOST, limit + PAGE))}
            answer={setAnswering}
          />
        )}
      </Shown>
      {filing && (
        <File uscc={query.uscc} close={() => setFiling(false)} done={() => found.reload()} />
      )}
      {answering && (
        <Answer
          objection={answering}
          close={() => setAnswering(null)}
          done={() => found.reload()}
        />
      )}
    </Page>
  );
}

function Rows(given: {
  rows: Objection[];
  limit: number;
  more: () => void;
  answer: (o: Objection) => void;
}) {
  const { rows, limit } = given;
  return (
    <>
      <Table
        caption={caption(rows, limit)}
        rows={rows}
        id={(o) => o.id}
        columns={columns(given.answer)}
        empty={t("没有这样的异议", "No such objection")}
      />
      <p class="actions">
        {rows.length >= limit && limit < MOST && (
          <button type="button" onClick={given.more}>
            {t("再列一些", "List more")}
          </button>
        )}
        {rows.length > 0 && (
          <button type="button" onClick={() => save(csv(rows), "objections.csv")}>
            {t("下载 CSV", "Download CSV")}
          </button>
        )}
      </p>
    </>
  );
}

const listed = (
  state: State | "all",
  division: string,
  edition: number | undefined,
  limit: number,
): Promise<Objection[]> =>
  data(
    api.GET("/v1/objections", {
      params: {
        query: {
          limit,
          ...(state === "all" ? {} : { state }),
          ...(division ? { division } : {}),
          ...(edition ? { edition } : {}),
        },
      },
    }),
  );

function caption(rows: readonly Objection[], limit: number): string {
  const late = rows.filter((o) => o.state === "open" && daysUntil(o.deadline) < 0).length;
  const more = rows.length >= limit ? "+" : "";
  return t("{n} 条，其中逾期未答复 {k} 条", "{n}, of them {k} late", {
    n: `${num(rows.length)}${more}`,
    k: late,
  });
}

/** One's own divisions to choose from; for those of all divisions a prefix to type. */
function Division(given: { value: string; choose: (code: string) => void }) {
  const own = me.value?.divisions ?? [];
  const [typed, setTyped] = useState("");
  if (own.length > 0)
    return (
      <Pick
        label={t("辖区", "Division")}
        value={given.value}
        put={given.choose}
        choices={own.map((d) => [d.code, `${d.code} ${d.name}`])}
        all={t("我的全部辖区", "all of mine")}
      />
    );
  return (
    <label>
      <span>{t("行政区划代码或前缀", "Division or prefix")}</span>
      <input
        inputMode="numeric"
        pattern="[0-9]{2,12}"
        value={typed}
        placeholder={t("全部", "all")}
        onInput={(e) => {
          const value = e.currentTarget.value.trim();
          setTyped(value);
          if (value === "" || /^[0-9]{2,12}$/.test(value)) given.choose(value);
        }}
      />
    </label>
  );
}

const columns = (answer: (o: Objection) => void): Column<Objection>[] => [
  { head: t("编号", "No."), number: true, cell: (o) => o.id },
  {
    head: t("企业", "Enterprise"),
    cell: (o) => (
      <>
        <a href={enterpriseHref(o.uscc)}>{o.name || o.uscc}</a>
        {o.parcel_code && (
          <div class="small">
            {t("宗地", "parcel")} <a href={parcelHref(o.parcel_code)}>{o.parcel_code}</a>
          </div>
        )}
      </>
    ),
  },
  {
    head: t("发布", "Edition"),
    number: true,
    cell: (o) => <a href={href("/editions", { number: o.edition })}>{o.edition}</a>,
  },
  { head: t("台账（㎡）", "Ledger, m²"), number: true, cell: (o) => num(o.recorded_m2, 2) },
  { head: t("主张（㎡）", "Claimed, m²"), number: true, cell: (o) => num(o.claimed_m2, 2) },
  {
    head: t("理由", "Reason"),
    cell: (o) => (
      <>
        <div class="words">{o.reason}</div>
        <div class="small">
          {o.filed_by} · {moment(o.filed_at)}
        </div>
      </>
    ),
  },
  {
    head: t("期限", "Due"),
    cell: (o) => (
      <>
        <span class="nowrap">{o.deadline}</span>
        {o.state === "open" && (
          <div>
            <span class={`tag ${daysUntil(o.deadline) < 0 ? "bad" : "soft"}`}>
              {left(o.deadline)}
            </span>
          </div>
        )}
      </>
    ),
  },
  {
    head: t("处理", "Answer"),
    cell: (o) =>
      o.state === "open" ? (
        may("publish") ? (
          <button type="button" onClick={() => answer(o)}>
            {t("答复……", "Answer …")}
          </button>
        ) : (
          <span class="small">{t("待答复", "waits")}</span>
        )
      ) : (
        <>
          <span class={`tag ${o.state === "upheld" ? "good" : "soft"}`}>{stateWord(o.state)}</span>
          <div class="words">{o.answer}</div>
          <div class="small">
            {o.answered_by} · {moment(o.answered_at)}
          </div>
        </>
      ),
  },
];
