import { useId } from "preact/hooks";
import { t } from "../../lang";
import { type Cohort, type Desk, moved, type Standing, start, sum } from "./rules";

type Put = (desk: Desk) => void;
const GRADES = ["A", "B", "C", "D"] as const;

/** Weights, shares, thresholds, land charged to whom, relief: each a slider or a choice. */
export function Controls(given: { standing: Standing; desk: Desk; put: Put }) {
  const { standing, desk, put } = given;
  return (
    <form class="controls" onSubmit={(e) => e.preventDefault()}>
      <label class="field">
        <span>{t("方案", "Scheme")}</span>
        <select
          value={desk.scheme}
          onChange={(e) => put({ ...start(standing), scheme: e.currentTarget.value })}
        >
          <option value="">
            {t("本发布的方案：{s}", "this edition's: {s}", { s: standing.title })}
          </option>
          {standing.schemes.map((s) => (
            <option key={s.id} value={s.id}>
              {s.title}
            </option>
          ))}
        </select>
      </label>
      {!desk.scheme && (
        <>
          {standing.cohorts.map((c, n) => (
            <OneCohort key={c.id} cohort={c} open={n === 0} desk={desk} put={put} />
          ))}
          <Whole {...given} />
          <Relief {...given} />
        </>
      )}
      <button type="button" onClick={() => put(start(standing))}>
        {t("恢复现行规则", "Back to the rules in force")}
      </button>
    </form>
  );
}

function OneCohort(given: { cohort: Cohort; open: boolean; desk: Desk; put: Put }) {
  const { cohort, desk, put } = given;
  const weights = desk.weights[cohort.id] ?? {};
  const shares = desk.shares[cohort.id] ?? [];
  const setWeight = (id: string, value: number): void =>
    put({
      ...desk,
      weights: { ...desk.weights, [cohort.id]: { ...weights, [id]: value } },
    });
  const balance = (): void => {
    const ids = Object.keys(weights);
    const all = sum(Object.values(weights)) || 1;
    const scaled = ids.map((id) => ((weights[id] ?? 0) / all) * 100);
    const whole = moved(scaled, 0, Math.round(scaled[0] ?? 0));
    put({
      ...desk,
      weights: {
        ...desk.weights,
        [cohort.id]: Object.fromEntries(ids.map((id, n) => [id, whole[n] ?? 0])),
      },
    });
  };
  const total = sum(Object.values(weights));
  return (
    <details class="cohort" open={given.open}>
      <summary>{cohort.label}</summary>
      <fieldset>
        <legend>
          {t("指标权重（合计 {n}）", "Weights (total {n})", { n: total })}{" "}
          {total !== 100 && (
            <button type="button" onClick={balance}>
              {t("配平到 100", "scale to 100")}
            </button>
          )}
        </legend>
        {cohort.indicators.map((i) => (
          <Slider
            key={i.id}
            label={i.label}
            was={i.weight}
            value={weights[i.id] ?? 0}
            put={(v) => setWeight(i.id, v)}
          />
        ))}
      </fieldset>
      <fieldset>
        <legend>{t("等级比例（%，合计 100）", "Shares of grades (%, total 100)")}</legend>
        {GRADES.map((g, n) => (
          <Slider
            key={g}
            label={t("{g} 类", "{g}", { g })}
            was={cohort.shares[n] ?? 0}
            value={shares[n] ?? 0}
            put={(v) =>
              put({ ...desk, shares: { ...desk.shares, [cohort.id]: moved(shares, n, v) } })
            }
          />
        ))}
      </fieldset>
      <Slider
        label={t("最小用地（亩）", "Least land, mu")}
        was={cohort.min_mu}
        most={20}
        value={desk.minMu[cohort.id] ?? 0}
        put={(v) => put({ ...desk, minMu: { ...desk.minMu, [cohort.id]: v } })}
      />
    </details>
  );
}

/** A slider with its number beside it: both can be used, both say what it was. */
function Slider(given: {
  label: string;
  value: number;
  was: number;
  most?: number;
  step?: number;
  put: (value: number) => void;
}) {
  const id = useId();
  const { value, was, most = 100, step = 1 } = given;
  const typed = (text: string): void => {
    const n = Number(text);
    if (text !== "" && Number.isFinite(n)) given.put(Math.min(Math.max(n, 0), most));
  };
  return (
    <div class={value === was ? "slider" : "slider moved"}>
      <label for={id}>{given.label}</label>
      <input
        id={id}
        type="range"
        list=""
        min={0}
        max={most}
        step={step}
        value={value}
        onInput={(e) => typed(e.currentTarget.value)}
      />
      <input
        type="number"
        min={0}
        max={most}
        step="any"
        value={value}
        aria-label={t("{l}，数值", "{l}, number", { l: given.label })}
        onChange={(e) => typed(e.currentTarget.value)}
      />
      <span class="small">{value === was ? "" : t("原 {n}", "was {n}", { n: was })}</span>
    </div>
  );
}

function Whole({ standing, desk, put }: { standing: Standing; desk: Desk; put: Put }) {
  const earlier = standing.years.slice(0, -1);
  return (
    <fieldset>
      <legend>{t("用地和基准", "Land and benchmarks")}</legend>
      <label class="field">
        <span>{t("租赁土地算给谁", "Leased land is charged to")}</span>
        <select
          value={desk.lease}
          onChange={(e) => put({ ...desk, lease: e.currentTarget.value as Desk["lease"] })}
        >
          <option value="user">{t("实际使用企业", "its user")}</option>
          <option value="holder">{t("权利人", "its holder")}</option>
          <option value="holder_grade">
            {t("使用企业，规下租户随权利人定级", "its user; small tenants take the holder's grade")}
          </option>
        </select>
      </label>
      <label class="field">
        <span>{t("基准值取自", "Benchmarks are of")}</span>
        <select
          value={desk.benchmarkYear ?? ""}
          onChange={(e) => put({ ...desk, benchmarkYear: Number(e.currentTarget.value) || null })}
        >
          <option value="">{t("当年均值", "this year's means")}</option>
          {earlier.map((y) => (
            <option key={y} value={y}>
              {t("{y} 年均值", "the means of {y}", { y })}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={desk.mergeGroups}
          onChange={(e) => put({ ...desk, mergeGroups: e.currentTarget.checked })}
        />
        {t("母子公司合并评价", "parents and children as one unit")}
      </label>
    </fieldset>
  );
}

function Relief({ standing, desk, put }: { standing: Standing; desk: Desk; put: Put }) {
  return (
    <details class="cohort">
      <summary>{t("城镇土地使用税减免", "Relief of the land tax")}</summary>
      {!standing.relief_confirmed && (
        <p class="small">
          {t("税额和比例是假定值，请换成本地的。", "Rate and shares are assumed; put your own.")}
        </p>
      )}
      <Slider
        label={t("税额（元/㎡）", "Rate, yuan/m²")}
        was={standing.rate_yuan_per_m2}
        most={50}
        step={0.5}
        value={desk.rate}
        put={(v) => put({ ...desk, rate: v })}
      />
      {GRADES.map((g, n) => (
        <Slider
          key={g}
          label={t("{g} 类减免（%）", "{g} spared, %", { g })}
          was={standing.relief_percent[n] ?? 0}
          value={desk.percent[n] ?? 0}
          put={(v) => put({ ...desk, percent: desk.percent.map((p, m) => (m === n ? v : p)) })}
        />
      ))}
    </details>
  );
}
