import { M2_PER_MU } from "../../numbers";
import type { Relation } from "./types";

export type Unit = "m2" | "mu" | "percent";
export interface Part {
  uscc: string;
  name: string;
  relation: Relation;
  given: string;
}

/** A part in m², two decimals as everywhere; undefined where it is no number. */
export function m2Of(given: string, unit: Unit, whole: number): number | undefined {
  const value = Number(given.trim().replace(/,/g, ""));
  if (given.trim() === "" || !Number.isFinite(value) || value < 0) return undefined;
  const scale = { m2: 1, mu: M2_PER_MU, percent: whole / 100 }[unit];
  return Math.round(value * scale * 100) / 100;
}

export interface Sum {
  told: number;
  rest: number;
  fits: boolean;
  complete: boolean;
}

/** The parts against the registered area; one square metre over is rounding, more is too much. */
export function sumOf(parts: readonly Part[], unit: Unit, whole: number): Sum {
  const areas = parts.map((p) => m2Of(p.given, unit, whole));
  const told = Math.round(areas.reduce<number>((sum, a) => sum + (a ?? 0), 0) * 100) / 100;
  return {
    told,
    rest: Math.round((whole - told) * 100) / 100,
    fits: told <= whole + 1,
    complete: areas.length > 0 && areas.every((a) => a !== undefined),
  };
}
