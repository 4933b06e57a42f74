import type { Schema } from "../../api/client";

export type Cluster = Schema["ClusterRow"];
export type Aim = "mu" | "area" | "tax" | "tce";
export const AIMS: readonly Aim[] = ["mu", "area", "tax", "tce"];

export interface Totals extends Record<Aim, number> {
  clusters: number;
  plots: number;
  owners: number;
  tenants: number;
  taxUnknown: number;
  energyUnknown: number;
}

/** What the chosen clusters give in all. */
export function totals(chosen: readonly Cluster[]): Totals {
  const sum = (value: (c: Cluster) => number): number =>
    Math.round(chosen.reduce((all, one) => all + value(one), 0) * 100) / 100;
  return {
    clusters: chosen.length,
    plots: sum((c) => c.plots),
    owners: sum((c) => c.owners),
    tenants: sum((c) => c.tenants),
    mu: sum((c) => c.released_mu),
    area: sum((c) => c.area_mu),
    tax: sum((c) => c.uplift_wan_yuan),
    tce: sum((c) => c.released_tce),
    taxUnknown: sum((c) => c.tax_unknown),
    energyUnknown: sum((c) => c.energy_unknown),
  };
}
