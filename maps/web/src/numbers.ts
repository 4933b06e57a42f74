import { lang } from "./lang";

/** Square metres of one mu: 10,000 / 15. */
export const M2_PER_MU = 10_000 / 15;

const locale = (): string => (lang.value === "zh" ? "zh-CN" : "en-GB");

/** A number with thousands marks; a dash where there is none. */
export function num(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  return value.toLocaleString(locale(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** An area in m² told in mu, two decimals. */
export const mu = (m2: number | null | undefined): string =>
  num(m2 === null || m2 === undefined ? null : m2 / M2_PER_MU, 2);

/** A share of 0–1 in percent; what is only nearly all is never told as all. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined) return "—";
  const most = 100 - 10 ** -digits;
  if (share < 1 && share * 100 > most) return `>${num(most, digits)}%`;
  return `${num(share * 100, digits)}%`;
}

/** A moment of the service, in the reader's time. */
export const moment = (iso: string | null | undefined): string =>
  iso ? new Date(iso).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" }) : "—";
