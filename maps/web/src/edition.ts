import { computed, effect, signal } from "@preact/signals";
import { api, data, type Schema } from "./api/client";
import { asProblem, type Loaded } from "./api/use";
import { me, signedIn } from "./me";
import { token } from "./session";

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
  const by = token.peek();
  try {
    const found = await data(api.GET("/v1/editions"));
    if (by === token.peek()) editions.value = found;
  } catch (e) {
    if (by !== token.peek()) return; // the key was refused: `watchEditions` asks for the next reader
    editions.value = [];
    editionsProblem.value = asProblem(e);
  }
}

export function watchEditions(): void {
  // Who has a key sees editions; of the public it is known once the service said who asks.
  const sees = computed(() => signedIn.value || (me.value?.role === "" && me.value.sees));
  effect(() => {
    void token.value; // asked again with each key
    editions.value = null;
    editionsProblem.value = undefined;
    if (sees.value) void readEditions();
  });
}
