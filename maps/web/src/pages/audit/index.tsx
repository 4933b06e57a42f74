import { useState } from "preact/hooks";
import { useAct } from "../../api/act";
import { api, data, type Schema } from "../../api/client";
import { csv, save } from "../../api/download";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment, num } from "../../numbers";
import { Page, Refused, Shown } from "../../parts/page";
import { type Column, Table } from "../../parts/table";
import { Verify } from "./verify";
import { ACTIONS, actionWord, detailLines, subjectWord } from "./words";
import "./audit.css";

type Entry = Schema["Entry"];
interface Filter {
  actor: string;
  action: string;
  subject: string;
}
const PAGE = 100;
const LAST = 2 ** 53; // no row has a higher number

const page = (filter: Filter, before: number): Promise<Entry[]> =>
  data(
    api.GET("/v1/audit/log", {
      params: {
        query: {
          before,
          limit: PAGE,
          ...(filter.actor ? { actor: filter.actor } : {}),
          ...(filter.action ? { action: filter.action } : {}),
          ...(filter.subject ? { subject: filter.subject } : {}),
        },
      },
    }),
  );

/** Who did what, the newest first, and whether the log was ever changed. */
export default function Audit() {
  return (
    <Page title={t("审计", "Audit log")}>
      <Verify />
      <Entries />
    </Page>
  );
}

function Entries() {
  const [filter, setFilter] = useState<Filter>({ actor: "", action: "", subject: "" });
  const first = useLoaded(
    async () => ({ filter, rows: await page(filter, LAST) }),
    [filter.actor, filter.action, filter.subject],
  );
  return (
    <>
      <Filters filter={filter} set={setFilter} />
      <Shown of={first}>
        {(told) => <Log key={JSON.stringify(told.filter)} filter={told.filter} first={told.rows} />}
      </Shown>
    </>
  );
}

function Filters(given: { filter: Filter; set: (filter: Filter) => void }) {
  const { filter, set } = given;
  const [typed, setTyped] = useState(filter);
  return (
    <form
      class="filters"
      onSubmit={(e) => {
        e.preventDefault();
        set({ ...typed, actor: typed.actor.trim(), subject: typed.subject.trim() });
      }}
    >
      <label>
        <span>{t("谁", "Who")}</span>
        <input
          value={typed.actor}
          onInput={(e) => setTyped({ ...typed, actor: e.currentTarget.value })}
        />
      </label>
      <label>
        <span>{t("做了什么", "What")}</span>
        <select
          value={typed.action}
          onChange={(e) => {
            const next = { ...typed, action: e.currentTarget.value };
            setTyped(next);
            set(next);
          }}
        >
          <option value="">{t("全部", "all")}</option>
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {actionWord(one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("对象以……开头", "Object begins with")}</span>
        <input
          value={typed.subject}
          placeholder="edition/1"
          onInput={(e) => setTyped({ ...typed, subject: e.currentTarget.value })}
        />
      </label>
      <button type="submit">{t("查找", "Find")}</button>
    </form>
  );
}

function Log(given: { filter: Filter; first: Entry[] }) {
  const { filter, first } = given;
  const [older, setOlder] = useState<Entry[]>([]);
  const [ended, setEnded] = useState(first.length < PAGE);
  const { busy, problem, run } = useAct();
  const rows = [...first, ...older];
  const more = async (): Promise<void> => {
    const next = await page(filter, rows.at(-1)?.id ?? LAST);
    setOlder([...older, ...next]);
    setEnded(next.length < PAGE);
  };
  return (
    <>
      <Table
        caption={t("{n} 条，新的在前", "{n} entries, the newest first", { n: num(rows.length) })}
        rows={rows}
        id={(e) => e.id}
        columns={columns()}
        empty={t("没有这样的记录", "No such entry")}
      />
      {problem && <Refused problem={problem} />}
      <p class="actions">
        {!ended && (
          <button type="button" disabled={busy} onClick={() => void run(more)}>
            {t("更早的", "Older ones")}
          </button>
        )}
        {rows.length > 0 && (
          <button type="button" onClick={() => save(csv(rows.map(flat)), "audit.csv")}>
            {t("下载 CSV", "Download CSV")}
          </button>
        )}
      </p>
    </>
  );
}

const flat = (e: Entry): object => ({ ...e, details: JSON.stringify(e.details) });

const columns = (): Column<Entry>[] => [
  { head: t("编号", "No."), number: true, cell: (e) => e.id },
  { head: t("时间", "When"), cell: (e) => <span class="nowrap">{moment(e.at)}</span> },
  { head: t("谁", "Who"), cell: (e) => e.actor },
  { head: t("做了什么", "What"), cell: (e) => actionWord(e.action) },
  { head: t("对象", "Object"), cell: (e) => <span class="object">{subjectWord(e.subject)}</span> },
  { head: t("详情", "Details"), cell: (e) => <Details entry={e} /> },
  {
    head: t("摘要", "Digest"),
    cell: (e) => (
      <span class="mono" title={e.hash}>
        {e.hash.slice(0, 10)}…
      </span>
    ),
  },
];

function Details(given: { entry: Entry }) {
  const lines = detailLines(given.entry.details);
  if (lines.length === 0) return <>—</>;
  return (
    <details>
      <summary>
        {lines
          .slice(0, 2)
          .map(([name, value]) => `${name} ${value.slice(0, 24)}`)
          .join("，")}
      </summary>
      <dl class="facts">
        {lines.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd class="mono">{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}
