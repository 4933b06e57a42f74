import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { may } from "../../me";
import { num, percent } from "../../numbers";
import { say } from "../../parts/toast";
import { type Aim, AIMS, type Totals } from "./totals";

const word = (aim: Aim): string =>
  ({
    mu: t("腾出土地（亩）", "Land released, mu"),
    area: t("整治面积（亩）", "Area treated, mu"),
    tax: t("税收提升（万元）", "Tax uplift, 10⁴ yuan"),
    tce: t("腾出能耗（吨标煤）", "Energy released, tce"),
  })[aim];

/** What the choice gives against the year's targets; the service can choose for them. */
export function Aims(given: {
  edition: number;
  totals: Totals;
  targets: Record<string, number>;
  setTargets: (targets: Record<string, number>) => void;
  chosen: ReadonlySet<string>;
  choose: (ids: ReadonlySet<string>) => void;
}) {
  const { totals, targets } = given;
  const [found, setFound] = useState<Schema["Choice"] | undefined>();
  const [busy, setBusy] = useState(false);
  const set = (aim: Aim, text: string): void => {
    const rest = Object.fromEntries(Object.entries(targets).filter(([id]) => id !== aim));
    const n = Number(text);
    given.setTargets(n > 0 ? { ...rest, [aim]: n } : rest);
  };
  const solve = async (): Promise<void> => {
    setBusy(true);
    try {
      const body = {
        edition: given.edition,
        targets,
        goal: "" as const,
        include: [...given.chosen],
      };
      const choice = await data(api.POST("/v1/plan/choices", { body: { ...body, exclude: [] } }));
      setFound(choice);
      if (choice.clusters.length > 0) given.choose(new Set(choice.clusters));
    } catch (e) {
      say(asProblem(e).message, true);
    }
    setBusy(false);
  };
  return (
    <section class="panel" aria-labelledby="aims">
      <h2 id="aims">
        {t("已选 {c} 个片区 {p} 宗，业主 {o} 个", "{c} clusters, {p} plots, {o} owners", {
          c: num(totals.clusters),
          p: num(totals.plots),
          o: num(totals.owners),
        })}
      </h2>
      <table class="plain">
        <caption class="hidden">{t("目标与已选", "Targets and the choice")}</caption>
        <Heads />
        <tbody>
          {AIMS.map((aim) => (
            <Row
              key={aim}
              aim={aim}
              value={totals[aim]}
              target={targets[aim]}
              put={(text) => set(aim, text)}
            />
          ))}
        </tbody>
      </table>
      <Unknown totals={totals} />
      <div class="actions">
        {may("review") && (
          <button
            type="button"
            class="main"
            disabled={busy || Object.keys(targets).length === 0}
            onClick={() => void solve()}
          >
            {t("按目标补选（谈最少的业主）", "Complete for the targets, fewest owners")}
          </button>
        )}
        <button type="button" onClick={() => given.choose(new Set())}>
          {t("清空", "Clear")}
        </button>
      </div>
      {found && <Told choice={found} />}
    </section>
  );
}

function Heads() {
  return (
    <thead>
      <tr>
        <th scope="col">{t("指标", "Aim")}</th>
        <th scope="col" class="number">
          {t("已选", "Chosen")}
        </th>
        <th scope="col">{t("年度目标", "Target")}</th>
        <th scope="col" class="number">
          {t("达成", "Reached")}
        </th>
      </tr>
    </thead>
  );
}

function Row(given: {
  aim: Aim;
  value: number;
  target: number | undefined;
  put: (text: string) => void;
}) {
  const { aim, value, target } = given;
  return (
    <tr>
      <th scope="row">{word(aim)}</th>
      <td class="number">{num(value, 1)}</td>
      <td>
        <input
          type="number"
          min={0}
          step="any"
          value={target ?? ""}
          aria-label={t("{w}的目标", "target: {w}", { w: word(aim) })}
          onChange={(e) => given.put(e.currentTarget.value)}
        />
      </td>
      <td class="number">{target ? percent(value / target) : "—"}</td>
    </tr>
  );
}

function Unknown({ totals }: { totals: Totals }) {
  if (totals.taxUnknown + totals.energyUnknown === 0) return null;
  return (
    <p class="small">
      {t(
        "税收不明 {n} 宗，能耗不明 {m} 宗，按 0 计",
        "unknown, counted 0: tax of {n}, energy of {m}",
        {
          n: num(totals.taxUnknown),
          m: num(totals.energyUnknown),
        },
      )}
    </p>
  );
}

function Told({ choice }: { choice: Schema["Choice"] }) {
  if (choice.status !== "infeasible") {
    return (
      <p class="small" role="status">
        {choice.status === "optimal"
          ? t("已证最优", "proven optimal")
          : t("限时内最好，未证最优", "best in time, not proven")}
      </p>
    );
  }
  const most = Object.entries(choice.reach)
    .map(([id, v]) => `${word(id as Aim)} ${num(v, 1)}`)
    .join("；");
  return (
    <p class="refused" role="alert">
      {t("目标达不到。单项最多：{m}", "The targets cannot be met. At most, alone: {m}", {
        m: most,
      })}
    </p>
  );
}
