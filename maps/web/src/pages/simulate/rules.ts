import type { Schema } from "../../api/client";

export type Standing = Schema["Standing"];
export type Rules = Schema["Rules"];
export type Cohort = Schema["CohortNow"];
export type Simulated = Schema["Simulated"];

/** What the sliders say: the rules of the edition until they are moved. */
export interface Desk {
  weights: Record<string, Record<string, number>>;
  shares: Record<string, number[]>;
  minMu: Record<string, number>;
  benchmarkYear: number | null;
  mergeGroups: boolean;
  lease: "user" | "holder" | "holder_grade";
  rate: number;
  percent: number[];
  scheme: string;
}

export function start(standing: Standing): Desk {
  const by = <T>(value: (c: Cohort) => T): Record<string, T> =>
    Object.fromEntries(standing.cohorts.map((c) => [c.id, value(c)]));
  return {
    weights: by((c) => Object.fromEntries(c.indicators.map((i) => [i.id, i.weight]))),
    shares: by((c) => [...c.shares]),
    minMu: by((c) => c.min_mu),
    benchmarkYear: null,
    mergeGroups: standing.merge_groups,
    lease: "user",
    rate: standing.rate_yuan_per_m2,
    percent: [...standing.relief_percent],
    scheme: "",
  };
}

export const sum = (values: readonly number[]): number =>
  Math.round(values.reduce((a, b) => a + b, 0) * 1e6) / 1e6;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Only what differs from the edition, as the service takes it. */
export function changed(desk: Desk, standing: Standing): Rules {
  if (desk.scheme) return { title: "", lease: desk.lease, scheme: desk.scheme };
  const from = start(standing);
  const found: Rules = {
    title: "",
    lease: desk.lease,
    weights: differing(desk.weights, from.weights),
    shares: differing(desk.shares, from.shares),
    min_mu: differing(desk.minMu, from.minMu),
  };
  if (desk.benchmarkYear !== null) found.benchmark_year = desk.benchmarkYear;
  if (desk.mergeGroups !== from.mergeGroups) found.merge_groups = desk.mergeGroups;
  if (desk.rate !== from.rate || !same(desk.percent, from.percent)) found.relief = relief(desk);
  return found;
}

function relief(desk: Desk): NonNullable<Rules["relief"]> {
  const [A = 0, B = 0, C = 0, D = 0] = desk.percent;
  return { rate_yuan_per_m2: desk.rate, A, B, C, D };
}

function differing<T>(now: Record<string, T>, from: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(now).filter(([id, v]) => !same(v, from[id])));
}

/** What keeps the rules from being simulated: totals that are not 100, by cohort. */
export function faults(
  desk: Desk,
  standing: Standing,
): { cohort: string; weights: number | null; shares: number | null }[] {
  if (desk.scheme) return [];
  return standing.cohorts
    .map((c) => {
      const weights = sum(Object.values(desk.weights[c.id] ?? {}));
      const shares = sum(desk.shares[c.id] ?? []);
      return {
        cohort: c.label,
        weights: weights === 100 ? null : weights,
        shares: shares === 100 ? null : shares,
      };
    })
    .filter((f) => f.weights !== null || f.shares !== null);
}

/** The sliders as a saved scenario has them. */
export function restored(saved: Rules, standing: Standing): Desk {
  const from = start(standing);
  const relief = saved.relief ?? {};
  return {
    weights: { ...from.weights, ...merged(from.weights, saved.weights ?? {}) },
    shares: { ...from.shares, ...(saved.shares ?? {}) },
    minMu: { ...from.minMu, ...(saved.min_mu ?? {}) },
    benchmarkYear: saved.benchmark_year ?? null,
    mergeGroups: saved.merge_groups ?? from.mergeGroups,
    lease: saved.lease ?? "user",
    rate: relief.rate_yuan_per_m2 ?? from.rate,
    percent: (["A", "B", "C", "D"] as const).map((g, n) => relief[g] ?? from.percent[n] ?? 0),
    scheme: saved.scheme ?? "",
  };
}

function merged(
  from: Record<string, Record<string, number>>,
  over: Record<string, Record<string, number>>,
): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(over).map(([id, items]) => [id, { ...from[id], ...items }]),
  );
}

/**
 * Move one of several parts that add up to 100: the others give way in proportion, in whole
 * numbers, so that the total holds.
 */
export function moved(parts: readonly number[], at: number, value: number): number[] {
  const wanted = Math.min(Math.max(value, 0), 100);
  const rest = sum(parts.filter((_, n) => n !== at));
  const left = 100 - wanted;
  const others = parts.length - 1;
  const exact = parts.map((p, n) => {
    if (n === at) return wanted;
    return rest > 0 ? (p / rest) * left : left / Math.max(others, 1);
  });
  const whole = exact.map((v, n) => (n === at ? v : Math.floor(v)));
  let short = Math.round(100 - sum(whole));
  const order = exact
    .map((v, n) => ({ n, rest: v - Math.floor(v) }))
    .filter((one) => one.n !== at)
    .sort((a, b) => b.rest - a.rest || a.n - b.n);
  for (const { n } of order) {
    if (short <= 0) break;
    whole[n] = (whole[n] ?? 0) + 1;
    short -= 1;
  }
  return whole;
}
