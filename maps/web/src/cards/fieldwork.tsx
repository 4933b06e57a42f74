import { useState } from "preact/hooks";
import { api, data, type Schema } from "../api/client";
import { useOfEdition } from "../api/edition";
import { edition } from "../edition";
import { t } from "../lang";
import { word } from "../legend";
import { may } from "../me";
import { moment, num } from "../numbers";
import { Field, TextField, WordsField } from "../parts/field";
import { FormDialog } from "../parts/form";
import { Shown } from "../parts/page";
import { Panel } from "../parts/panel";
import { say } from "../parts/toast";

type Check = Schema["Checked"];
type State = Check["state"];
const STATES: readonly State[] = ["checked", "refuted", "talking", "agreed", "done"];
const AMOUNTS = [
  ["area_mu", () => t("整治面积（亩）", "Area treated, mu")],
  ["released_mu", () => t("腾出土地（亩）", "Land released, mu")],
  ["energy_tce", () => t("腾出能耗（吨标煤）", "Energy released, tce")],
  ["tax_wan_yuan", () => t("税收提升（万元）", "Tax uplift, 10⁴ yuan")],
] as const;
type Amount = (typeof AMOUNTS)[number][0];

/** What was found on the ground and became of a low-efficiency plot, and a way to record more. */
export function FieldWork(given: { code: string; paths: readonly string[] }) {
  const { code } = given;
  const [adding, setAdding] = useState(false);
  const checks = useOfEdition(
    (number) =>
      data(
        api.GET("/v1/field-checks/{parcel_code}", {
          params: { path: { parcel_code: code }, query: { edition: number } },
        }),
      ),
    [code],
  );
  const finish = (): void => {
    setAdding(false);
    checks.reload();
  };
  return (
    <Panel id="fieldwork" title={t("实地核查与整治", "Field checks and remediation")}>
      <Shown of={checks}>
        {(rows) => (
          <>
            {rows.length === 0 && <p>{word("field_state", "to_check")}</p>}
            <ul class="plain">
              {rows.map((row) => (
                <One key={row.id} check={row} />
              ))}
            </ul>
            {may("review") && (
              <button type="button" onClick={() => setAdding(true)}>
                {t("记一次核查……", "Record a check …")}
              </button>
            )}
            {adding && (
              <Add
                code={code}
                paths={given.paths}
                newest={rows[0]}
                close={() => setAdding(false)}
                done={finish}
              />
            )}
          </>
        )}
      </Shown>
    </Panel>
  );
}

function One({ check }: { check: Check }) {
  const amounts = AMOUNTS.filter(([name]) => typeof check[name] === "number");
  return (
    <li>
      <span class="tag">{word("field_state", check.state)}</span> {check.checked_on} ·{" "}
      {check.reviewer}
      {check.path && ` · ${check.path}`}
      {amounts.map(([name, label]) => ` · ${label()} ${num(check[name], 2)}`)}
      {check.note && (
        <>
          <br />
          {check.note}
        </>
      )}
      <span class="small">
        {" "}
        {t("（{d} 录入）", "(recorded {d})", { d: moment(check.recorded_at) })}
      </span>
    </li>
  );
}

interface Draft {
  state: State;
  checked_on: string;
  path: string;
  note: string;
  amounts: Record<Amount, string>;
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** Nothing, or a number of 0 or more; undefined where it is neither. */
const amountOf = (typed: string): number | null | undefined => {
  if (typed.trim() === "") return null;
  const value = Number(typed);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
};

/** Whether a draft may be sent: amounts are numbers, and what is not so is explained. */
function whole(draft: Draft): boolean {
  const amounts = Object.values(draft.amounts).map(amountOf);
  if (draft.state === "done" && amounts.includes(undefined)) return false;
  if (draft.state === "refuted" && !draft.note.trim()) return false;
  return draft.checked_on !== "";
}

const noteLabel = (draft: Draft): string =>
  draft.state === "refuted"
    ? t("说明（须写明为什么不属实）", "Note (why it is not so)")
    : t("说明", "Note");

/** The state a check begins with: what stood last, with its way out. */
const begun = (newest: Check | undefined, paths: readonly string[]): Draft => ({
  state: newest?.state ?? "checked",
  checked_on: today(),
  path: newest?.path ?? paths[0] ?? "",
  note: "",
  amounts: { area_mu: "", released_mu: "", energy_tce: "", tax_wan_yuan: "" },
});

function Add(given: {
  code: string;
  paths: readonly string[];
  newest: Check | undefined;
  close: () => void;
  done: () => void;
}) {
  const [draft, setDraft] = useState(() => begun(given.newest, given.paths));
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  return (
    <FormDialog
      title={t("实地核查 {c}", "Field check {c}", { c: given.code })}
      yes={t("记下", "Record")}
      ready={whole(draft)}
      act={() => send(given.code, draft, given.newest)}
      close={given.close}
      done={() => {
        say(t("已记下", "Recorded"));
        given.done();
      }}
      again={given.done}
    >
      <Field label={t("结果", "Result")}>
        <select
          value={draft.state}
          onChange={(e) => set({ state: e.currentTarget.value as State })}
        >
          {STATES.map((one) => (
            <option key={one} value={one}>
              {word("field_state", one)}
            </option>
          ))}
        </select>
      </Field>
      <TextField
        label={t("核查日期", "Day of the check")}
        type="date"
        required
        max={today()}
        value={draft.checked_on}
        put={(checked_on) => set({ checked_on })}
      />
      <TextField
        label={t("处置路径", "Way out")}
        maxLength={60}
        value={draft.path}
        put={(path) => set({ path })}
      />
      {draft.state === "done" && <Amounts draft={draft} set={set} />}
      <WordsField
        label={noteLabel(draft)}
        most={2000}
        required={draft.state === "refuted"}
        value={draft.note}
        put={(note) => set({ note })}
      />
    </FormDialog>
  );
}

function Amounts(given: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  const { amounts } = given.draft;
  return (
    <fieldset>
      <legend>{t("核实的成效（没有的不填）", "What it gave (empty: none)")}</legend>
      {AMOUNTS.map(([name, label]) => (
        <TextField
          key={name}
          label={label()}
          inputMode="decimal"
          pattern="[0-9]+(\.[0-9]+)?"
          value={amounts[name]}
          put={(typed) => given.set({ amounts: { ...amounts, [name]: typed } })}
        />
      ))}
    </fieldset>
  );
}

function send(code: string, draft: Draft, newest: Check | undefined): Promise<Check> {
  const finished = draft.state === "done";
  const amounts = Object.fromEntries(
    AMOUNTS.map(([name]) => [name, finished ? (amountOf(draft.amounts[name]) ?? null) : null]),
  );
  const body = {
    state: draft.state,
    checked_on: draft.checked_on,
    path: draft.path.trim(),
    note: draft.note.trim(),
    edition: edition.value?.number ?? null,
    replaces: newest?.id ?? null,
    ...amounts,
  };
  return data(
    api.POST("/v1/field-checks/{parcel_code}", {
      params: { path: { parcel_code: code } },
      body,
    }),
  );
}
