import { isOpen, type Item } from "./types";

/**
 * Open questions of equal facts, by what is equal: the same holder's name asked of the same firm in
 * the same way on several plots. A masked name is no name: two persons may share what is left of it.
 */
export function equalFacts(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    if (!isOpen(item) || !item.holder || item.holder.includes("*")) continue;
    const key = `${item.holder} ${item.uscc} ${item.relation ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  for (const [key, group] of groups) {
    if (group.length < 2) groups.delete(key);
  }
  return groups;
}

/** The group that an item belongs to. */
export const groupOf = (items: readonly Item[], item: Item | undefined): Item[] =>
  [...equalFacts(items).values()].find((g) => item && g.includes(item)) ?? [];
