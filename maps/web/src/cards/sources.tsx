import { word } from "../legend";
import { t } from "../lang";
import type { Source } from "./types";

/** The rows of files that this card rests on: file, row, and what stands there. */
export function Sources(given: { rows: readonly Source[] }) {
  if (given.rows.length === 0) return null;
  return (
    <section class="panel sources" id="sources">
      <h2>{t("来源", "Sources")}</h2>
      {given.rows.map((row) => (
        <details key={`${row.table} ${row.row}`} id={sourceId(row.table, row.row)}>
          <summary>
            {row.title} · {row.file} · {t("第 {n} 行", "row {n}", { n: row.row })}
          </summary>
          <dl class="facts">
            {row.cells.map((cell) => [
              <dt key={`${cell.field}?`}>{cell.label}</dt>,
              <dd key={cell.field}>
                {cell.value} {cell.unit && word("unit", cell.unit)}
              </dd>,
            ])}
            {row.hidden.length > 0 && [
              <dt key="hidden?">{t("含个人信息", "personal data")}</dt>,
              <dd key="hidden">
                {t("{c}：不显示", "{c}: not shown", { c: row.hidden.join("、") })}
              </dd>,
            ]}
          </dl>
          <p class="small">SHA-256 {row.sha256}</p>
        </details>
      ))}
    </section>
  );
}

const sourceId = (table: string, row: number): string => `source-${table}-${row}`;

/** Where a finding points: opens the source's row on this card when it is here. */
export function SourceLink(given: { table: string; row: number; name: string }) {
  const { table, row, name } = given;
  const open = (event: Event): void => {
    const found = document.getElementById(sourceId(table, row));
    if (!(found instanceof HTMLDetailsElement)) return;
    event.preventDefault();
    found.open = true;
    found.scrollIntoView({ block: "center" });
    found.querySelector("summary")?.focus();
  };
  return (
    <a href="#sources" onClick={open}>
      {name} {t("第 {n} 行", "row {n}", { n: row })}
    </a>
  );
}
