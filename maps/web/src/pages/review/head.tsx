import { t } from "../../lang";
import { me } from "../../me";
import { mu, num } from "../../numbers";
import type { Bench } from "./bench";
import { Sheets } from "./sheets";
import type { Item } from "./types";

/** Title, how far the year is, and what else can be done. */
export function BenchHead(given: {
  bench: Bench;
  blind: boolean;
  hide: (hidden: boolean) => void;
  group: Item[];
  open: (what: "help" | "proposals" | "equal" | "progress") => void;
}) {
  const { bench, blind, hide, group, open } = given;
  const towns = bench.towns.value;
  const sum = (of: (town: (typeof towns)[number]) => number): number =>
    towns.reduce((whole, town) => whole + of(town), 0);
  const items = sum((o) => o.items);
  const settled = sum((o) => o.settled);
  const waiting = sum((o) => o.waiting);
  return (
    <header class="bench-head">
      <h1>{t("复核", "Review")}</h1>
      <button type="button" class="quiet progress" onClick={() => open("progress")}>
        <progress
          max={Math.max(items, 1)}
          value={settled}
          aria-label={t("已定的条数", "questions settled")}
        />
        <span>
          {t(
            "已定 {a} / {b} 条 · 土地 {c} / {d} 亩 · 我 {m}",
            "{a} / {b} settled · land {c} / {d} mu · mine {m}",
            {
              a: num(settled),
              b: num(items),
              c: mu(sum((o) => o.settled_m2)),
              d: mu(sum((o) => o.area_m2)),
              m: num(sum((o) => o.mine)),
            },
          )}
        </span>
      </button>
      <div class="actions">
        {group.length > 1 && (
          <button type="button" onClick={() => open("equal")}>
            <kbd>G</kbd> {t("同事实 {n} 宗", "{n} equal", { n: group.length })}
          </button>
        )}
        {(me.value?.two_persons || waiting > 0) && (
          <button type="button" onClick={() => open("proposals")}>
            <kbd>P</kbd> {t("待确认 {n}", "{n} wait", { n: waiting })}
          </button>
        )}
        <button type="button" aria-pressed={blind} onClick={() => hide(!blind)}>
          <kbd>H</kbd> {blind ? t("盲审：概率隐藏", "Blind") : t("概率显示", "Probabilities shown")}
        </button>
        <Sheets bench={bench} />
        <button type="button" onClick={() => open("help")}>
          <kbd>?</kbd> {t("按键", "Keys")}
        </button>
      </div>
    </header>
  );
}
