import { edition } from "../edition";
import { type Loaded, useLoaded } from "./use";

/** Ask about the edition that all pages show, once it is known and when it or `on` changes. */
export function useOfEdition<T>(
  ask: (number: number) => Promise<T>,
  on: readonly unknown[] = [],
): Loaded<T> {
  const number = edition.value?.number;
  return useLoaded<T>(
    () => (number === undefined ? new Promise<never>(() => undefined) : ask(number)),
    [number, ...on],
  );
}
