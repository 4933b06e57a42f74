import { useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { asProblem } from "../../api/use";
import { word } from "../../legend";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Dialog } from "../../parts/dialog";
import { ReasonField } from "../../parts/field";
import { say } from "../../parts/toast";
import type { Bench } from "./bench";
import { wordOn } from "./judged";
import { m2Of, type Part, type Sum, sumOf, type Unit } from "./split";
import type { Question, Relation } from "./types";
import { reasons } from "./words";

const RELATIONS: Relation[] = ["OWN", "LEASE", "SUBLEASE", "GROUP_USE", "OCCUPY"];

/** How the plot's area is shared out among firms, held against the registered area. */
export function SplitDialog(given: { bench: Bench; question: Question }) {
  const { bench, question } = given;
  const close = (): void => {
    bench.choice.value = null;
  };
  const whole = question.plot.area_m2 ?? 0;
  const [unit, setUnit] = useState<Unit>("m2");
  const [parts, setParts] = useState<Part[]>(() => start(question));
  const [reason, setReason] = useState(reasons("split")[0] ?? "");
  const filled = parts.filter((p) => p.given.trim() !== "");
  const sum = sumOf(filled, unit, whole);
  const change = (uscc: string, more: Partial<Part>): void =>
    setParts(parts.map((p) => (p.uscc === uscc ? { ...p, ...more } : p)));
  const record = (): void => {
    const words = filled.map((p) =>
      wordOn(question, p.uscc, "same", {
        relation: p.relation,
        area_m2: m2Of(p.given, unit, whole) ?? 0,
      }),
    );
    close();
    void bench.judge(words, reason.trim(), t("拆分面积", "split"));
  };
  const ready = sum.fits && sum.complete && reason.trim() !== "";
  return (
    <Dialog title={t("拆分宗地面积", "Split the plot's area")} close={close}>
      <form
        class="split"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) record();
        }}
      >
        <p>
          {question.plot.parcel_code} · {t("登记面积", "registered area")} <b>{num(whole, 2)} m²</b>{" "}
          <label>
            {t("按", "in")}{" "}
            <select value={unit} onChange={(e) => setUnit(e.currentTarget.value as Unit)}>
              <option value="m2">m²</option>
              <option value="mu">{t("亩", "mu")}</option>
              <option value="percent">%</option>
            </select>
          </label>
        </p>
        <Parts parts={parts} unit={unit} whole={whole} change={change} />
        <AddFirm
          add={(uscc, name) => {
            if (!parts.some((p) => p.uscc === uscc))
              setParts([...parts, { uscc, name, relation: "LEASE", given: "" }]);
          }}
        />
        <SumLine sum={sum} />
        <ReasonField id="split-reasons" value={reason} usual={reasons("split")} put={setReason} />
        <button type="submit" class="main" disabled={!ready}>
          {t("记下拆分", "Record the split")}
        </button>
      </form>
    </Dialog>
  );
}

function SumLine(given: { sum: Sum }) {
  const { sum } = given;
  return (
    <p class={sum.fits ? "sum" : "sum over"} role="status">
      {t("合计 {a} m²，", "Sum {a} m², ", { a: num(sum.told, 2) })}
      {sum.fits
        ? t("还余 {r} m²（留给权利人或不分配）", "{r} m² left, unallocated", {
            r: num(Math.max(sum.rest, 0), 2),
          })
        : t("超过登记面积 {r} m²", "{r} m² more than registered", { r: num(-sum.rest, 2) })}
    </p>
  );
}

function start(question: Question): Part[] {
  const all = [...question.candidates, ...question.others];
  return all
    .filter((c) => c.name)
    .map((c) => ({
      uscc: c.uscc,
      name: c.name ?? "",
      relation: ((c.relation === "REGISTERED_ONLY" ? "" : c.relation) || "LEASE") as Relation,
      given: c.decision?.area_m2 ? String(c.decision.area_m2) : "",
    }));
}

function Parts(given: {
  parts: Part[];
  unit: Unit;
  whole: number;
  change: (uscc: string, more: Partial<Part>) => void;
}) {
  const { parts, unit, whole, change } = given;
  return (
    <table>
      <caption class="hidden">{t("各企业的面积", "Areas of firms")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("企业", "Firm")}</th>
          <th scope="col">{t("关系", "Relation")}</th>
          <th scope="col">{t("面积", "Area")}</th>
          <th scope="col" class="number">
            m²
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.map((p, i) => (
          <tr key={p.uscc}>
            <th scope="row">
              {p.name} <span class="small">{p.uscc}</span>
            </th>
            <td>
              <select
                aria-label={t("{n} 的关系", "relation of {n}", { n: p.name })}
                value={p.relation}
                onChange={(e) => change(p.uscc, { relation: e.currentTarget.value as Relation })}
              >
                {RELATIONS.map((r) => (
                  <option key={r} value={r}>
                    {word("relation", r)}
                  </option>
                ))}
              </select>
            </td>
            <td>
              <input
                class="amount"
                inputMode="decimal"
                autofocus={i === 0}
                aria-label={t("{n} 的面积", "area of {n}", { n: p.name })}
                aria-invalid={p.given.trim() !== "" && m2Of(p.given, unit, whole) === undefined}
                value={p.given}
                onInput={(e) => change(p.uscc, { given: e.currentTarget.value })}
              />
            </td>
            <td class="number">{num(m2Of(p.given, unit, whole), 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One more firm, found by name or code. */
function AddFirm(given: { add: (uscc: string, name: string) => void }) {
  const [asked, setAsked] = useState("");
  const [found, setFound] = useState<{ uscc: string; name: string }[] | null>(null);
  const find = (): void => {
    if (asked.trim().length < 2) return;
    const query = { q: asked.trim(), limit: 8, fields: "uscc,name" };
    data(api.GET("/v1/enterprises", { params: { query } }))
      .then((page) => {
        const { items } = page as unknown as { items: { uscc: string; name: string }[] };
        setFound(items);
      })
      .catch((e: unknown) => say(asProblem(e).message, true));
  };
  return (
    <div class="add-firm">
      <input
        aria-label={t("再加一家企业", "one more firm")}
        placeholder={t("再加一家：名称或代码", "one more: name or code")}
        value={asked}
        onInput={(e) => setAsked(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter") {
            e.preventDefault();
            find();
          }
        }}
      />{" "}
      <button type="button" onClick={find}>
        {t("查找", "Find")}
      </button>
      {found && (
        <ul class="plain">
          {found.length === 0 && <li class="small">{t("没有这样的企业", "no such firm")}</li>}
          {found.map((f) => (
            <li key={f.uscc}>
              <button
                type="button"
                onClick={() => {
                  given.add(f.uscc, f.name);
                  setFound(null);
                  setAsked("");
                }}
              >
                {f.name} {f.uscc}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
