import type { FunctionComponent } from "preact";
import { lazy } from "preact-iso";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Grade } from "../../parts/grade";
import { type Changed, WAYS, wayOf, type Way } from "./changes";
import type { Simulated } from "./rules";

const ChangeMap = lazy(() => import("./map")) as unknown as FunctionComponent<{
  edition: number;
  plots: readonly Changed[];
  at: Changed["at"] | null;
}>;

/** The map of what the rules give, its legend beside. */
export function ChangedLand({ found, at }: { found: Simulated; at: Changed["at"] | null }) {
  const { plots, plots_total } = found;
  const count = (way: Way): number => plots.filter((p) => wayOf(p.before, p.after) === way).length;
  return (
    <section class="panel" aria-labelledby="changed-land">
      <div class="page-head">
        <h2 id="changed-land">
          {t("地图：{n} 宗地的使用企业等级有变化", "Map: the grade changes on {n} plots", {
            n: num(plots_total),
          })}
        </h2>
        <ul class="change-key">
          {["A", "B", "C", "D", ""].map((grade) => (
            <li key={grade}>
              <Grade grade={grade} />
            </li>
          ))}
          {(Object.keys(WAYS) as Way[]).map((way) => (
            <li key={way}>
              <span class="change-way" style={{ borderColor: WAYS[way].colour }} />
              {WAYS[way].name()} {num(count(way))}
            </li>
          ))}
        </ul>
      </div>
      <ChangeMap edition={found.edition} plots={plots} at={at} />
      <p class="small">
        {t(
          "填色是主要使用企业的试算等级，变化的宗地加粗描边并标“原→新”；缩小时只画有变化的宗地。",
          "Filled by the simulated grade of the main user; changed plots are outlined and marked was→is; zoomed out, only they are drawn.",
        )}{" "}
        {plots_total > plots.length &&
          t("只画面积大的前 {n} 宗。", "Only the {n} of the largest firms are drawn.", {
            n: num(plots.length),
          })}
      </p>
    </section>
  );
}
