import { useState } from "preact/hooks";
import { t } from "../../lang";
import { Pick, SearchForm } from "../../parts/field";
import type { ListTable } from "./tables";

/** The conditions of a list. A choice counts at once, a typed text at Enter or the button. */
export function Filters(given: {
  table: ListTable;
  given: Record<string, string>;
  ask: (wanted: Record<string, string>) => void;
}) {
  const { table, ask } = given;
  const [wanted, setWanted] = useState(given.given);
  if (table.filters.length === 0) return null;
  const put = (name: string, value: string): Record<string, string> => {
    const next = { ...wanted, [name]: value };
    setWanted(next);
    return next;
  };
  return (
    <SearchForm
      apply={() => ask(wanted)}
      typed={table.filters.some((f) => !f.choices)}
      clear={Object.keys(given.given).length > 0 ? () => ask({}) : undefined}
    >
      {table.filters.map((f) =>
        f.choices ? (
          <Pick
            key={f.name}
            label={f.label()}
            value={wanted[f.name]}
            put={(v) => ask(put(f.name, v))}
            choices={f.choices().map((c) => [c.value, c.text])}
          />
        ) : (
          <label key={f.name}>
            <span>{f.label()}</span>
            <input
              type="search"
              class={f.name === "q" ? "wide" : ""}
              value={wanted[f.name] ?? ""}
              pattern={f.pattern ?? ".*"}
              placeholder={
                f.name === "q" ? t("名称、代码、坐落的一部分", "part of a name, code, place") : ""
              }
              onInput={(e) => put(f.name, e.currentTarget.value)}
            />
          </label>
        ),
      )}
    </SearchForm>
  );
}
