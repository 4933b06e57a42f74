const STORED = "geomujun.review.filters";

/** Which questions are listed. */
export interface Filters {
  town: string;
  kind: "" | "own" | "lease" | "use" | "rival";
  whose: "" | "mine" | "free";
  state: "" | "open" | "settled" | "waiting";
  mu: number;
}
export const NO_FILTERS: Filters = { town: "", kind: "", whose: "", state: "open", mu: 0 };

export function storedFilters(): Filters {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORED) ?? "{}");
    return { ...NO_FILTERS, ...(kept as Partial<Filters>) };
  } catch {
    return NO_FILTERS;
  }
}

export const storeFilters = (filters: Filters): void =>
  localStorage.setItem(STORED, JSON.stringify(filters));

/** Filters as the service takes them; one mu is 10,000 / 15 m². */
export function queryOf(filters: Filters) {
  const { town, kind, whose, state, mu } = filters;
  return {
    ...(town ? { town } : {}),
    ...(kind === "rival" ? { rival: true } : kind ? { kind } : {}),
    ...(whose === "mine" ? { mine: true } : whose === "free" ? { free: true } : {}),
    ...(state ? { state } : {}),
    ...(mu > 0 ? { at_least_m2: (mu * 10_000) / 15 } : {}),
  };
}
