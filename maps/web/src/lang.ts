import { signal } from "@preact/signals";

export type Lang = "zh" | "en";
const STORED = "geomujun.lang";

const start = (): Lang => (localStorage.getItem(STORED) === "en" ? "en" : "zh");

/** The language of the page; Chinese unless somebody chose English on this machine. */
export const lang = signal<Lang>(start());

export function setLang(chosen: Lang): void {
  localStorage.setItem(STORED, chosen);
  lang.value = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}

/** A text in both languages, side by side where it is used; `{name}` is filled from `given`. */
export function t(zh: string, en: string, given: Record<string, string | number> = {}): string {
  const text = lang.value === "zh" ? zh : en;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}
