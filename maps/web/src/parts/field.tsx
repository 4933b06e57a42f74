import type { ComponentChildren } from "preact";
import { t } from "../lang";

interface Typed {
  label: string;
  value: string;
  put: (value: string) => void;
}

/** A control of a form under its label. */
export function Field(given: { label: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{given.label}</span>
      {given.children}
    </label>
  );
}

/** A line of text, or a day with `type="date"`. */
export function TextField(
  given: Typed & {
    type?: "text" | "search" | "date";
    required?: boolean;
    readOnly?: boolean;
    maxLength?: number;
    pattern?: string;
    placeholder?: string;
    autocomplete?: "off";
    inputMode?: "decimal";
    max?: string;
    /** Of the data list with usual values. */
    list?: string;
  },
) {
  const { label, value, put, ...more } = given;
  return (
    <Field label={label}>
      <input {...more} value={value} onInput={(e) => put(e.currentTarget.value)} />
    </Field>
  );
}

/** Some sentences: a reason, an answer, a note. */
export function WordsField(given: Typed & { most: number; required?: boolean | undefined }) {
  return (
    <Field label={given.label}>
      <textarea
        value={given.value}
        maxLength={given.most}
        required={given.required}
        onInput={(e) => given.put(e.currentTarget.value)}
      />
    </Field>
  );
}

/** A reason, typed or taken from those that are usual. */
export function ReasonField(given: {
  id: string;
  value: string;
  usual: readonly string[];
  put: (value: string) => void;
}) {
  return (
    <>
      <TextField
        label={t("理由", "Reason")}
        list={given.id}
        required
        maxLength={2000}
        value={given.value}
        put={given.put}
      />
      <datalist id={given.id}>
        {given.usual.map((r) => (
          <option key={r} value={r} />
        ))}
      </datalist>
    </>
  );
}

/** A whole number between two others. */
export function NumberField(given: {
  label: string;
  least: number;
  most: number;
  value: number;
  put: (value: number) => void;
}) {
  return (
    <Field label={given.label}>
      <input
        type="number"
        min={given.least}
        max={given.most}
        required
        value={given.value}
        onInput={(e) => given.put(e.currentTarget.valueAsNumber)}
      />
    </Field>
  );
}

/** How long a key lives. */
export function DaysField(given: { days: number; put: (days: number) => void }) {
  return (
    <NumberField
      label={t("有效天数（1–366）", "Days it lives (1–366)")}
      least={1}
      most={366}
      value={given.days}
      put={given.put}
    />
  );
}

/** One of some values, or none of them: a condition of a list. */
export function Pick(given: {
  label: string;
  value: string | undefined;
  put: (value: string) => void;
  choices: readonly (readonly [string, string])[];
  /** The words for no condition. */
  all?: string;
}) {
  return (
    <label>
      <span>{given.label}</span>
      <select value={given.value ?? ""} onChange={(e) => given.put(e.currentTarget.value)}>
        <option value="">{given.all ?? t("全部", "all")}</option>
        {given.choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Conditions of a list: applied by Enter or the button, all taken away by another. */
export function SearchForm(given: {
  apply: () => void;
  /** Something is typed, so there is something to apply. */
  typed?: boolean;
  /** Takes away the conditions there are. */
  clear?: (() => void) | undefined;
  children: ComponentChildren;
}) {
  const { apply, typed = true, clear } = given;
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        apply();
      }}
    >
      {given.children}
      {typed && <button type="submit">{t("查询", "Apply")}</button>}
      {clear && (
        <button type="button" class="quiet" onClick={clear}>
          {t("清除条件", "Clear")}
        </button>
      )}
    </form>
  );
}
