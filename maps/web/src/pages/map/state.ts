import { batch, computed, signal } from "@preact/signals";
import { api, data, type Schema } from "../../api/client";
import { edition } from "../../edition";
import { type Asked, format, type Layer, type Mark, type Mode, parse, type Preset, type Selection, type Shown, type View } from "./address"; // prettier-ignore
import { type Breaks, viewOf } from "./modes";

/** What the map shows now; the address follows it. */
export const mode = signal<Mode>("parcel");
export const preset = signal<Preset>("own");
export const hidden = signal<ReadonlySet<string>>(new Set());
export const only = signal<ReadonlySet<Mark>>(new Set());
export const layers = signal<ReadonlySet<Layer>>(new Set());
export const view = signal<View | null>(null);
export const selected = signal<Selection | null>(null);
/** Plots outlined as the selected: one, or all of an enterprise. */
export const outlined = signal<readonly string[]>([]);
export const beside = signal<number | null>(null);
export const base = signal<string>("");
export const asked = signal<Asked | null>(null);

/** Counts of the whole edition; null until known. */
export const counted = signal<Schema["PlotSummary"] | null>(null);
export const breaks = computed<Breaks>(() => counted.value?.tax_breaks ?? {});
export const legendView = computed(() => viewOf(mode.value, preset.value, breaks.value));

/** Take over what an address says. */
export function readAddress(search: string): void {
  const told = parse(search);
  batch(() => {
    mode.value = told.mode;
    preset.value = told.classes;
    hidden.value = new Set(told.hidden);
    only.value = new Set(told.only);
    layers.value = new Set(told.layers);
    view.value = told.at;
    selected.value = told.selected;
    beside.value = told.beside;
    base.value = told.base;
    asked.value = told.asked;
  });
}

const now = (): Shown => ({
  mode: mode.value,
  classes: preset.value,
  hidden: [...hidden.value],
  only: [...only.value],
  layers: [...layers.value],
  at: view.value,
  selected: selected.value,
  beside: beside.value,
  base: base.value,
  asked: asked.value,
});

/** The query of the address of what is shown now. */
export const address = computed(() => format(now(), edition.value?.number));

export function setMode(chosen: Mode): void {
  batch(() => {
    mode.value = chosen;
    hidden.value = new Set();
  });
}

/** A set with one thing more, or less. */
export function toggled<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const made = new Set(set);
  if (!made.delete(one)) made.add(one);
  return made;
}

/** Ask for the counts of an edition. */
export async function count(number: number): Promise<void> {
  const found = await data(
    api.GET("/v1/summary/parcels", { params: { query: { edition: number } } }),
  );
  if (edition.value?.number === number) counted.value = found;
}
