import type { Schema } from "../../api/client";
import { t } from "../../lang";
import { label, legend } from "../../legend";

export type Dashboard = Schema["Dashboard"];
export type Coverage = Schema["Coverage"];
export const GRADES = ["A", "B", "C", "D", ""] as const;
export const SEVERITIES = ["high", "medium", "low"] as const;

/** Firms' buckets have no colour on the map; here those that share a word share the colour. */
const FIRM_COLOURS: Record<string, string> = {
  no_land: "#d55e00",
  registered_only: "#f0e442",
  cancelled: "#882255",
  out_of_region: "#c9ced3",
  invalid: "#8c6d31",
};

export const bucketColour = (bucket: string): string =>
  legend.parcel_buckets[bucket]?.colour ?? FIRM_COLOURS[bucket] ?? "#d9d9d9";
export const bucketName = (of: "parcel" | "enterprise", bucket: string): string =>
  label(
    (of === "parcel" ? legend.parcel_buckets : legend.enterprise_buckets)[bucket],
    bucket || t("未归类", "none"),
  );
export const gradeName = (grade: string): string =>
  grade ? t("{g} 类", "{g}", { g: grade }) : label(legend.grades[""]);
export const gradeColour = (grade: string): string => legend.grades[grade]?.colour ?? "#d9d9d9";

/** Rows in the order of the legend, so that a bucket stands where it stands everywhere. */
export function inOrder<T extends { bucket: string }>(
  rows: readonly T[],
  of: "parcel" | "enterprise",
): T[] {
  const order = Object.keys(of === "parcel" ? legend.parcel_buckets : legend.enterprise_buckets);
  return [...rows].sort((a, b) => order.indexOf(a.bucket) - order.indexOf(b.bucket));
}

export const total = <T>(rows: readonly T[], value: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

export const share = (part: number, whole: number): number | null =>
  whole > 0 ? part / whole : null;

/** A matrix of grades out of moves: rows before, columns after; what is in one edition only last. */
export function matrix(moves: readonly { before: string; after: string; count: number }[]): {
  heads: string[];
  rows: { head: string; cells: number[] }[];
} {
  const all = [...GRADES, "-"];
  const used = all.filter((g) => g !== "-" || moves.some((m) => m.before === g || m.after === g));
  const of = (before: string, after: string): number =>
    moves.find((m) => m.before === before && m.after === after)?.count ?? 0;
  return {
    heads: used,
    rows: used.map((before) => ({ head: before, cells: used.map((after) => of(before, after)) })),
  };
}
