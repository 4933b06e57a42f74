import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { headers, Problem, problemOf } from "../../api/client";
import { address, download, type Form } from "../../api/download";
import { useOfEdition } from "../../api/edition";
import { asProblem } from "../../api/use";
import { edition } from "../../edition";
import { t } from "../../lang";
import { isNumber, written } from "../../parts/cells";
import { Page, Shown } from "../../parts/page";
import { type Column, type Sorting, Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { href } from "../../routes";
import { Chooser, useColumns } from "./columns";
import { Filters } from "./filters";
import "../../parts/listing.css";
import {
  filtersOf,
  LISTS,
  type ListColumn,
  type ListTable,
  nextSort,
  sortOf,
  tableOf,
} from "./tables";

type Row = Record<string, unknown>;
interface Sheet {
  items: Row[];
  next: string | null;
  /** Rows of the pages before it. */
  before: number;
}
const PAGE = 100;

/** Parcels, enterprises, links, low-efficiency land and rejects: filtered, searched, exported. */
export default function Lists() {
  const { query } = useLocation();
  const table = tableOf(query.table);
  return (
    <Page
      title={t("清单", "Lists")}
      actions={
        <Exports table={table} given={filtersOf(table, query)} sort={sortOf(table, query)} />
      }
    >
      <nav class="tabs" aria-label={t("哪张表", "Which table")}>
        {LISTS.map((one) => (
          <a
            key={one.id}
            href={href("/lists", { table: one.id })}
            aria-current={one.id === table.id ? "page" : undefined}
          >
            {one.label()}
          </a>
        ))}
      </nav>
      <One key={table.id} table={table} />
    </Page>
  );
}

function One({ table }: { table: ListTable }) {
  const { query, route } = useLocation();
  const given = filtersOf(table, query);
  const columns = useColumns(table);
  const sort = sortOf(table, query);
  const asked = (wanted: Record<string, string>, by = sort): void =>
    route(href("/lists", { table: table.id, ...wanted, sort: by }), true);
  return (
    <>
      <div class="list-tools">
        <Filters key={JSON.stringify(given)} table={table} given={given} ask={asked} />
        <Chooser table={table} columns={columns} />
      </div>
      <Rows
        key={`${edition.value?.number} ${sort} ${JSON.stringify(given)}`}
        table={table}
        given={given}
        sort={sort}
        ask={(column) => asked(given, nextSort(sort, column))}
        columns={columns.shown}
      />
    </>
  );
}

async function page(
  table: ListTable,
  query: Record<string, string>,
  before: number,
): Promise<Sheet> {
  const answer = await fetch(address(table.path, query), {
    headers: { ...headers(), Accept: "application/json" },
  }).catch(() => {
    throw new Problem(0, t("连不上服务", "the service cannot be reached"), "");
  });
  const body: unknown = await answer.json();
  if (!answer.ok) throw problemOf(answer.status, body);
  return { ...(body as Sheet), before };
}

/** A page of rows; the cursors of the pages before are kept, so that one can go back. */
function Rows(given: {
  table: ListTable;
  given: Record<string, string>;
  columns: readonly ListColumn[];
  sort: string;
  ask: (column: string) => void;
}) {
  const { table, columns, sort } = given;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const loaded = useOfEdition<Sheet>(
    (number) => {
      const cursor = cursors.at(-1);
      const at = cursor ? { cursor } : { edition: String(number) };
      const by = sort ? { sort } : {};
      const query = { ...given.given, ...by, ...at, limit: String(PAGE) };
      return page(table, query, cursors.length * PAGE);
    },
    [table.id, cursors],
  );
  const sorting = (name: string): Sorting | undefined => {
    if (!table.sorts?.includes(name)) return undefined;
    const now = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
    return { now, ask: () => given.ask(name) };
  };
  return (
    <Shown of={loaded}>
      {(sheet) => (
        <>
          <Table
            caption={table.label()}
            captionHidden
            columns={columns.map((c) => shown(c, sorting(c.name)))}
            rows={sheet.items.map((row, n) => ({ ...row, _n: n }))}
            id={(row) => row._n}
            empty={t("没有符合条件的记录", "Nothing fits these conditions")}
          />
          <div class="pager">
            <button
              type="button"
              disabled={cursors.length === 0}
              onClick={() => setCursors(cursors.slice(0, -1))}
            >
              {t("上一页", "Previous")}
            </button>
            <span>{told(sheet.before, sheet.items.length, sheet.next === null)}</span>
            <button
              type="button"
              disabled={sheet.next === null}
              onClick={() =>
                // While a page is read, what follows it is not known.
                sheet.next && !loaded.loading && setCursors([...cursors, sheet.next])
              }
            >
              {t("下一页", "Next")}
            </button>
          </div>
        </>
      )}
    </Shown>
  );
}

function told(before: number, here: number, last: boolean): string {
  if (here === 0) return "";
  const rows = { a: before + 1, b: before + here };
  return last
    ? t("第 {a}–{b} 行，共 {b} 行", "rows {a}–{b} of {b}", rows)
    : t("第 {a}–{b} 行，后面还有", "rows {a}–{b}, more follow", rows);
}

const shown = (column: ListColumn, sort: Sorting | undefined): Column<Row & { _n: number }> => ({
  sort,
  head: column.label(),
  number: isNumber(column.kind),
  wide: column.kind === "text" || column.kind === "list",
  whole: typeof column.kind === "object",
  cell: (row) => written(column.kind, row[column.name], row),
});

/** The whole list, as the filters stand, as a file. */
function Exports(asked: { table: ListTable; given: Record<string, string>; sort: string }) {
  const { table, given, sort } = asked;
  const [busy, setBusy] = useState(false);
  const forms: Form[] = table.shaped ? ["csv", "xlsx", "geojson"] : ["csv", "xlsx"];
  const number = edition.value?.number;
  const fetched = async (form: Form): Promise<void> => {
    setBusy(true);
    try {
      const query = {
        ...given,
        ...(sort ? { sort } : {}),
        ...(number ? { edition: String(number) } : {}),
      };
      const files = await download(table.path, query, form, `${table.id}-${number ?? ""}`);
      say(t("已导出 {n} 个文件", "{n} file(s) saved", { n: files }));
    } catch (e) {
      const problem = asProblem(e);
      say(`${problem.title} ${problem.detail}`, true);
    }
    setBusy(false);
  };
  return (
    <>
      {table.of && (
        <a class="button" href={href("/map", { ...given, of: table.of })}>
          {t("在地图上看", "On the map")}
        </a>
      )}
      <span class="small">{t("导出", "Export")}</span>
      {forms.map((form) => (
        <button key={form} type="button" disabled={busy} onClick={() => void fetched(form)}>
          {form === "geojson" ? "GeoJSON" : form.toUpperCase()}
        </button>
      ))}
    </>
  );
}
