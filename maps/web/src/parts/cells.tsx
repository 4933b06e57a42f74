import type { ComponentChildren } from "preact";
import { t } from "../lang";
import { word } from "../legend";
import { mu, num, percent } from "../numbers";
import { enterpriseHref, parcelHref } from "../routes";
import { Bucket, Grade } from "./grade";

/** How the values of a column are written. */
export type Kind =
  | "text"
  | "parcel"
  | "firm"
  | "grade"
  | "parcel_bucket"
  | "firm_bucket"
  | "m2"
  | "number"
  | "whole"
  | "share"
  | "flag"
  | "list"
  | { word: string };

export const isNumber = (kind: Kind): boolean =>
  kind === "m2" || kind === "number" || kind === "whole" || kind === "share";

const WRITTEN: Record<
  Exclude<Kind, { word: string }>,
  (value: never, row: Record<string, unknown>) => ComponentChildren
> = {
  text: (v: string) => v,
  parcel: (v: string) => <a href={parcelHref(v)}>{v}</a>,
  firm: (v: string, row) => <a href={enterpriseHref(v)}>{String(row.firm_name ?? v)}</a>,
  grade: (v: string) => <Grade grade={v} />,
  parcel_bucket: (v: string) => <Bucket of="parcel" bucket={v} />,
  firm_bucket: (v: string) => <Bucket of="enterprise" bucket={v} />,
  m2: (v: number) => mu(v),
  number: (v: number) => num(v, 2),
  whole: (v: number) => num(v),
  share: (v: number) => percent(v),
  flag: (v: number | boolean) => (v ? t("是", "yes") : "—"),
  list: (v: string) => <Several names={v.split(/[|；]/).filter(Boolean)} />,
};

const SEVERAL = 2;

/** The first names of a list and how many there are; all of them where the pointer rests. */
function Several({ names }: { names: readonly string[] }) {
  const shown = names.slice(0, SEVERAL).join("、");
  if (names.length <= SEVERAL) return <>{shown}</>;
  return (
    <span title={names.join("、")}>
      {t("{s}等 {n} 家", "{s} and others, {n} in all", { s: shown, n: num(names.length) })}
    </span>
  );
}

/** A value of a row, as people read it; a dash where there is none. */
export function written(kind: Kind, value: unknown, row: Record<string, unknown>) {
  if (value === null || value === undefined || (value === "" && kind !== "grade")) return "—";
  if (typeof kind === "object") return word(kind.word, String(value)) || "—";
  return WRITTEN[kind](value as never, row);
}
