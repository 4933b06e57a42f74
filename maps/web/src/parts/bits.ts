export interface Evidence {
  name: string;
  bits: number;
  left: string;
  right: string;
  line: string;
}
export interface Step extends Evidence {
  from: number;
  to: number;
}

/** Evidence as a waterfall, the prior first, each step from the sum so far to the next. */
export function waterfall(evidence: readonly Evidence[]): Step[] {
  let sum = 0;
  const prior = evidence.filter((e) => e.name === "prior");
  const rest = evidence.filter((e) => e.name !== "prior");
  return [...prior, ...rest].map((one) => {
    const from = sum;
    sum += one.bits;
    return { ...one, from, to: sum };
  });
}

/** The lowest and highest sum of some waterfalls, zero within: one scale for both candidates. */
export function reach(all: readonly (readonly Step[])[]): [number, number] {
  const sums = all.flat().flatMap((s) => [s.from, s.to]);
  return [Math.min(0, ...sums), Math.max(0, ...sums)];
}

/** The chance that a weight in bits stands for, others left aside. */
export const chance = (bits: number): number => 1 / (1 + 2 ** -bits);

export const signed = (bits: number): string =>
  `${bits > 0 ? "+" : bits < 0 ? "−" : ""}${Math.abs(bits).toFixed(2)}`;
