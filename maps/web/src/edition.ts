import { computed, effect, signal } from "@preact/signals";
import { api, data, type Schema } from "./api/client";
import { asProblem, type Loaded } from "./api/use";
import { me } from "./me";

export type Edition = Schema["EditionRow"];

/** The editions this reader may see, the newest first; null until known. */
export const editions = signal<Edition[] | null>(null);
export const editionsProblem = signal<Loaded<unknown>["problem"]>(undefined);
const asked = signal<number | null>(fromAddress());

function fromAddress(): number | null {
  const given = Number(new URLSearchParams(location.search).get("edition"));
  return Number.isInteger(given) && given > 0 ? given : null;
}

/** The edition that all pages show: the one chosen, else the newest. */
export const edition = computed<Edition | null>(() => {
  const known = editions.value ?? [];
  return known.find((e) => e.number === asked.value) ?? known[0] ?? null;
});

export const chooseEdition = (number: number): void => {
  asked.value = number;
};

/** Ask again: after a publication, a change of state. */
export async function readEditions(): Promise<void> {
  try {
    editions.value = await data(api.GET("/v1/editions"));
    editionsProblem.value = undefined;
  } catch (e) {
    editions.value = [];
    editionsProblem.value = asProblem(e);
  }
}

export function watchEditions(): void {
  effect(() => {
    editions.value = null;
    if (me.value?.sees) void readEditions(); // the service would refuse anybody else
  });
}
