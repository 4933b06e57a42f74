import { beforeAll, describe, expect, it, vi } from "vitest";

beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("location", { origin: "http://x", search: "" });
});

describe("shares that add up to 100", () => {
  it("give way in proportion and stay whole", async () => {
    const { moved, sum } = await import("../src/pages/simulate/rules");
    expect(moved([25, 50, 20, 5], 0, 25)).toEqual([25, 50, 20, 5]);
    for (const value of [0, 1, 37, 99, 100]) {
      const parts = moved([25, 50, 20, 5], 1, value);
      expect(parts[1]).toBe(value);
      expect(sum(parts)).toBe(100);
      expect(parts.every((p) => p >= 0 && Number.isInteger(p))).toBe(true);
    }
    expect(sum(moved([100, 0, 0, 0], 0, 40))).toBe(100);
  });
});

describe("a desk of sliders", () => {
  const standing = {
    edition: 1, scheme: "s", title: "S", merge_groups: false, years: [2023, 2024], schemes: [],
    cohorts: [{ id: "a", label: "甲", shares: [25, 50, 20, 5], min_mu: 0,
      indicators: [{ id: "x", label: "x", weight: 60 }, { id: "y", label: "y", weight: 40 }] }],
    rate_yuan_per_m2: 6, relief_percent: [100, 50, 0, 0], relief_confirmed: false,
  }; // prettier-ignore
  it("sends only what was moved, and comes back from what was saved", async () => {
    const { changed, faults, restored, start } = await import("../src/pages/simulate/rules");
    const desk = start(standing);
    expect(changed(desk, standing)).toMatchObject({ weights: {}, shares: {}, min_mu: {} });
    const other = { ...desk, weights: { a: { x: 70, y: 30 } }, benchmarkYear: 2023 };
    const rules = changed(other, standing);
    expect(rules).toMatchObject({ weights: { a: { x: 70, y: 30 } }, shares: {} });
    expect(restored(rules, standing)).toEqual(other);
    expect(faults(other, standing)).toEqual([]);
    expect(faults({ ...desk, weights: { a: { x: 70, y: 40 } } }, standing)).toEqual([
      { cohort: "甲", weights: 110, shares: null },
    ]);
  });
});

describe("lists and files", () => {
  it("take from the address only what the list can be asked by", async () => {
    const { filtersOf, tableOf } = await import("../src/pages/lists/tables");
    const query = { table: "parcels", bucket: "vacant", q: " ", evil: "1" };
    expect(filtersOf(tableOf("parcels"), query)).toEqual({ bucket: "vacant" });
    expect(tableOf("nothing").id).toBe("parcels");
  });
});

describe("moves between editions", () => {
  it("stand in a matrix, absent ones last and only where there are any", async () => {
    const { matrix } = await import("../src/pages/dashboard/data");
    const made = matrix([
      { before: "A", after: "B", count: 3 },
      { before: "-", after: "A", count: 2 },
    ]);
    expect(made.heads).toEqual(["A", "B", "C", "D", "", "-"]);
    expect(made.rows[0]?.cells).toEqual([0, 3, 0, 0, 0, 0]);
    expect(matrix([]).heads).toEqual(["A", "B", "C", "D", ""]);
  });
});
