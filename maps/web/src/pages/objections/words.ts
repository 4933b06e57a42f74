import { t } from "../../lang";

export type State = "open" | "upheld" | "dismissed";

/** The word for the state of an objection. */
export function stateWord(state: string): string {
  const words: Record<string, string> = {
    open: t("待答复", "open"),
    upheld: t("采纳", "upheld"),
    dismissed: t("不予采纳", "dismissed"),
  };
  return words[state] ?? state;
}

/** Days from today to a date, by the calendar; negative when it is past. */
export function daysUntil(date: string, today: Date = new Date()): number {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const from = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.UTC(year, month - 1, day) - from) / 86_400_000);
}

/** A date some days from today, as forms write it. */
export function dateIn(days: number, today: Date = new Date()): string {
  const then = new Date(today.getFullYear(), today.getMonth(), today.getDate() + days);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

/** How long there is to answer, in words. */
export function left(deadline: string): string {
  const days = daysUntil(deadline);
  if (days < 0) return t("逾期 {n} 天", "{n} days late", { n: -days });
  return days === 0 ? t("今天到期", "due today") : t("还有 {n} 天", "{n} days left", { n: days });
}

/** Areas are typed in mu or square metres; the service takes square metres. */
export function squareMetres(typed: string, unit: "mu" | "m2"): number | undefined {
  const value = Number(typed.trim());
  if (typed.trim() === "" || !Number.isFinite(value) || value < 0) return undefined;
  return Math.round((unit === "mu" ? (value * 10_000) / 15 : value) * 100) / 100;
}
