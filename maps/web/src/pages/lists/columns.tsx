import { useState } from "preact/hooks";
import { t } from "../../lang";
import type { ListColumn, ListTable } from "./tables";

export interface Columns {
  shown: readonly ListColumn[];
  hidden: ReadonlySet<string>;
  toggle: (name: string) => void;
}
const stored = (table: ListTable): string => `geomujun.columns.${table.id}`;

/** Which columns are shown; the choice is kept on this machine. */
export function useColumns(table: ListTable): Columns {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => start(table));
  return {
    shown: table.columns.filter((c) => !hidden.has(c.name)),
    hidden,
    toggle: (name) => {
      const next = new Set(hidden);
      if (!next.delete(name)) next.add(name);
      if (next.size === table.columns.length) return; // a table of no column says nothing
      localStorage.setItem(stored(table), [...next].join(","));
      setHidden(next);
    },
  };
}

function start(table: ListTable): ReadonlySet<string> {
  const kept = localStorage.getItem(stored(table));
  if (kept !== null) return new Set(kept.split(","));
  return new Set(table.columns.filter((c) => c.more).map((c) => c.name));
}

export function Chooser({ table, columns }: { table: ListTable; columns: Columns }) {
  return (
    <details class="chooser">
      <summary>
        {t("列（{n}/{m}）", "Columns ({n}/{m})", {
          n: columns.shown.length,
          m: table.columns.length,
        })}
      </summary>
      <fieldset>
        <legend class="hidden">{t("显示哪些列", "Columns shown")}</legend>
        {table.columns.map((c) => (
          <label key={c.name}>
            <input
              type="checkbox"
              checked={!columns.hidden.has(c.name)}
              onChange={() => columns.toggle(c.name)}
            />
            {c.label()}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
