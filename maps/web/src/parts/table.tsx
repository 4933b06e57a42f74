import type { ComponentChildren } from "preact";
import { t } from "../lang";

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  number?: boolean;
  /** Of whole sentences: not squeezed to a few signs a line. */
  wide?: boolean;
  /** Of single words: never broken. */
  whole?: boolean;
  /** The rows can be sorted by it. */
  sort?: Sorting | undefined;
}

/** Whether rows are sorted by a column now, and how to ask for it. */
export interface Sorting {
  now: "ascending" | "descending" | "none";
  ask: () => void;
}

/** A table that says when it is empty; wide ones scroll in their own box. */
export function Table<Row>(given: {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string | number;
  caption: string;
  empty?: string;
  captionHidden?: boolean;
}) {
  const { columns, rows, id, caption } = given;
  if (rows.length === 0) return <p class="empty">{given.empty ?? t("没有记录", "Nothing here")}</p>;
  return (
    <section class="table-box" aria-label={caption} tabIndex={0}>
      <table>
        <caption class={given.captionHidden ? "hidden" : ""}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.head} scope="col" class={c.number ? "number" : ""} aria-sort={c.sort?.now}>
                {c.sort ? <Sorter head={c.head} sort={c.sort} /> : c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((c) => (
                <td key={c.head} class={kind(c)}>
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const MARKS = { ascending: "▲", descending: "▼", none: "⇅" } as const;

/** A head that sorts: its mark tells how it is sorted now. */
function Sorter(given: { head: string; sort: Sorting }) {
  const { head, sort } = given;
  return (
    <button type="button" class="sorter" onClick={sort.ask} title={t("按此列排序", "Sort by it")}>
      {head} <span aria-hidden="true">{MARKS[sort.now]}</span>
    </button>
  );
}

const kind = (column: { number?: boolean; wide?: boolean; whole?: boolean }): string =>
  column.number ? "number" : column.wide ? "wide" : column.whole ? "nowrap" : "";
