import { useEffect, useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { itemsOf } from "../../api/rows";
import { useLoaded } from "../../api/use";
import { edition } from "../../edition";
import { t } from "../../lang";
import { mu, num } from "../../numbers";
import { Field, TextField, WordsField } from "../../parts/field";
import { FormDialog } from "../../parts/form";
import { Refused } from "../../parts/page";
import { say } from "../../parts/toast";
import { dateIn, squareMetres } from "./words";

const ANSWER_DAYS = 15; // proposed; the locality's notice says how long it is
interface Firm {
  uscc: string;
  name: string;
}

/** What is typed so far. */
interface Draft {
  firm: Firm | null;
  parcel: string;
  claimed: string;
  unit: "mu" | "m2";
  reason: string;
  deadline: string;
}

const wrongArea = (draft: Draft): boolean =>
  draft.claimed.trim() !== "" && squareMetres(draft.claimed, draft.unit) === undefined;

async function send(draft: Draft, firm: Firm): Promise<number> {
  const body = {
    edition: edition.value?.number ?? null,
    uscc: firm.uscc,
    parcel_code: draft.parcel || null,
    claimed_m2: squareMetres(draft.claimed, draft.unit) ?? null,
    reason: draft.reason.trim(),
    deadline: draft.deadline,
  };
  return (await data(api.POST("/v1/objections", { body }))).number;
}

/** File an objection on behalf of a firm: which firm, which land, how much, why, until when. */
export function File(given: { uscc?: string | undefined; close: () => void; done: () => void }) {
  const [draft, setDraft] = useState<Draft>({
    firm: given.uscc ? { uscc: given.uscc, name: given.uscc } : null,
    parcel: "",
    claimed: "",
    unit: "m2",
    reason: "",
    deadline: dateIn(ANSWER_DAYS),
  });
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const file = async (firm: Firm): Promise<void> => {
    const number = await send(draft, firm);
    say(t("已录入，编号 {n}", "Filed, no. {n}", { n: number }));
    given.done();
    given.close();
  };
  const { firm } = draft;
  return (
    <FormDialog
      title={t("录入异议", "File an objection")}
      yes={t("录入", "File")}
      class="file-objection"
      ready={firm !== null && draft.reason.trim() !== "" && !wrongArea(draft)}
      act={async () => {
        if (firm) await file(firm);
      }}
      close={given.close}
    >
      <About />
      <FirmChoice firm={firm} choose={(one) => set({ firm: one, parcel: "" })} />
      {firm && <Land uscc={firm.uscc} parcel={draft.parcel} choose={(parcel) => set({ parcel })} />}
      <Area draft={draft} set={set} />
      <WordsField
        label={t("理由", "Reason")}
        value={draft.reason}
        most={4000}
        required
        put={(reason) => set({ reason })}
      />
      <TextField
        label={t("答复期限", "Answer due")}
        type="date"
        required
        value={draft.deadline}
        put={(deadline) => set({ deadline })}
      />
    </FormDialog>
  );
}

function About() {
  return (
    <p class="small">
      {t("针对 {y} 年第 {n} 号发布", "About {y}, edition {n}", {
        y: edition.value?.year ?? "—",
        n: edition.value?.number ?? "—",
      })}
    </p>
  );
}

function Area(given: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  const { draft, set } = given;
  const m2 = squareMetres(draft.claimed, draft.unit);
  return (
    <fieldset class="area">
      <legend>{t("主张的用地面积（可不填）", "Area claimed (may stay empty)")}</legend>
      <label>
        <span class="hidden">{t("面积", "Area")}</span>
        <input
          inputMode="decimal"
          value={draft.claimed}
          aria-invalid={wrongArea(draft)}
          onInput={(e) => set({ claimed: e.currentTarget.value })}
        />
      </label>
      <label>
        <span class="hidden">{t("单位", "Unit")}</span>
        <select
          value={draft.unit}
          onChange={(e) => set({ unit: e.currentTarget.value as "mu" | "m2" })}
        >
          <option value="m2">㎡</option>
          <option value="mu">{t("亩", "mu")}</option>
        </select>
      </label>
      {m2 !== undefined && (
        <output class="small">
          = {num(m2, 2)} ㎡ = {mu(m2)} {t("亩", "mu")}
        </output>
      )}
    </fieldset>
  );
}

/** A firm found by a part of its name or code, former names too. */
function FirmChoice(given: { firm: Firm | null; choose: (firm: Firm | null) => void }) {
  const [typed, setTyped] = useState("");
  const [part, setPart] = useState("");
  useEffect(() => {
    const wait = setTimeout(() => setPart(typed.trim()), 200);
    return () => clearTimeout(wait);
  }, [typed]);
  const found = useLoaded(() => firmsOf(part), [part]);
  if (given.firm)
    return (
      <p class="chosen">
        <strong>{given.firm.name}</strong> <span class="mono">{given.firm.uscc}</span>{" "}
        <button type="button" onClick={() => given.choose(null)}>
          {t("换一家", "Another")}
        </button>
      </p>
    );
  return (
    <div>
      <TextField
        label={t("企业名称、曾用名或信用代码的一部分", "Part of the firm's name or code")}
        type="search"
        autocomplete="off"
        value={typed}
        put={setTyped}
      />
      {found.problem && <Refused problem={found.problem} />}
      {part.length >= 2 && (
        <ul class="hits" aria-label={t("找到的企业", "Firms found")}>
          {(found.data ?? []).map((one) => (
            <li key={one.uscc}>
              <button type="button" onClick={() => given.choose(one)}>
                {one.name} <span class="small mono">{one.uscc}</span>
              </button>
            </li>
          ))}
          {found.data?.length === 0 && !found.loading && (
            <li class="small">{t("没有找到；只查你的辖区", "None found in your divisions")}</li>
          )}
        </ul>
      )}
    </div>
  );
}

async function firmsOf(part: string): Promise<Firm[]> {
  if (part.length < 2) return [];
  const query = { q: part, limit: 8, fields: "uscc,name", ...pinned() };
  const found = await data(api.GET("/v1/enterprises", { params: { query } }));
  return itemsOf<Partial<Firm>>(found).map((row) => ({
    uscc: row.uscc ?? "",
    name: row.name ?? "",
  }));
}

const pinned = (): { edition?: number } => (edition.value ? { edition: edition.value.number } : {});

/** The land the ledger gives the firm, of which one parcel may be meant. */
function Land(given: { uscc: string; parcel: string; choose: (parcel: string) => void }) {
  const lines = useLoaded(() => linesOf(given.uscc), [given.uscc]);
  const codes = [...new Set((lines.data ?? []).map((l) => l.parcel_code).filter(Boolean))];
  return (
    <Field label={t("涉及的宗地（可不选）", "The parcel (may stay empty)")}>
      <select value={given.parcel} onChange={(e) => given.choose(e.currentTarget.value)}>
        <option value="">
          {lines.loading ? t("读取中……", "Loading …") : t("不限", "none in particular")}
        </option>
        {codes.map((code) => (
          <option key={code} value={code}>
            {code} ·{" "}
            {num(
              (lines.data ?? [])
                .filter((l) => l.parcel_code === code)
                .reduce((sum, l) => sum + l.area, 0),
              2,
            )}{" "}
            ㎡
          </option>
        ))}
      </select>
    </Field>
  );
}

async function linesOf(uscc: string): Promise<{ parcel_code: string; area: number }[]> {
  const found = await data(
    api.GET("/v1/ledger-lines", { params: { query: { uscc, limit: 500, ...pinned() } } }),
  );
  return itemsOf<{ parcel_code?: string; area_m2?: number | null }>(found).map((row) => ({
    parcel_code: row.parcel_code ?? "",
    area: row.area_m2 ?? 0,
  }));
}
