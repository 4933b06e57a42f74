import { word } from "../legend";
import { t } from "../lang";
import { M2_PER_MU, mu, num } from "../numbers";
import { type Part, StackedBar } from "../parts/bars";
import { kept, type Line } from "./kept";

// After Okabe & Ito (2008); words stand beside each.
const COLOURS: Record<string, string> = {
  registered: "#0072b2",
  leased_in: "#56b4e9",
  other: "#e69f00",
  exempt: "#999999",
  leased_out: "#cc79a7",
  rest: "#ffffff",
};

const inMu = (m2: number): string => t("{m} 亩", "{m} mu", { m: mu(m2) });

/** The registered area of a parcel, shared out: the parts add up to it, or what is too much is told. */
export function ParcelBar(given: {
  area: number;
  rows: readonly Line[];
  name: (uscc: string) => string;
}) {
  const { area, rows, name } = given;
  const parts: Part[] = kept(rows).map((r) => ({
    name: `${name(r.uscc ?? "")} · ${word("component", r.component ?? "")}`,
    value: r.area_m2 ?? 0,
    colour: COLOURS[r.component ?? ""] ?? "#777777",
  }));
  const sum = parts.reduce((total, p) => total + p.value, 0);
  const rest = area - sum;
  if (rest > 0.5) parts.push({ name: t("未分配", "unallocated"), value: rest, colour: "#ffffff" });
  return (
    <>
      <StackedBar label={t("面积分配", "Allocation")} parts={parts} told={inMu} />
      <p class="small">
        {t("登记面积 {a} 亩 = {m} ㎡", "registered {a} mu = {m} m²", {
          a: mu(area),
          m: num(area, 2),
        })}
        {rest < -0.5 && (
          <strong class="warn">
            {t("；主张超出 {o} 亩", "; claims exceed it by {o} mu", {
              o: num(-rest / M2_PER_MU, 2),
            })}
          </strong>
        )}
      </p>
    </>
  );
}

/** The area lines of a firm: what it occupies is registered + leased in + other − leased out − exempt. */
export function FirmBar(given: { ledger: Record<string, unknown> }) {
  const area = (name: string): number => Number(given.ledger[`${name}_m2`] ?? 0);
  const parts = ["registered", "leased_in", "other"].map((name) => ({
    name: word("component", name),
    value: area(name),
    colour: COLOURS[name] ?? "#777777",
  }));
  const off = ["leased_out", "exempt"].filter((name) => area(name) > 0);
  return (
    <>
      <StackedBar label={t("用地构成", "Land")} parts={parts} told={inMu} />
      <p>
        {off.map((name) => `${t("减", "less")} ${word("component", name)} ${inMu(area(name))} · `)}
        <strong>
          {t("实际占用 {m} 亩（{a} ㎡）", "occupied {m} mu ({a} m²)", {
            m: num(Number(given.ledger.occupied_mu ?? 0), 4),
            a: num(area("occupied"), 2),
          })}
        </strong>
      </p>
    </>
  );
}
