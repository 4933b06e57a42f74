import { expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: {} });
const { percent } = await import("../src/numbers");
const { around } = await import("../src/cards/shapes");

test("nearly all is not told as all", () => {
  expect(percent(0.999983, 2)).toBe(">99.99%");
  expect(percent(1, 2)).toBe("100.00%");
  expect(percent(0.5, 0)).toBe("50%");
});

test("things without a shape are left out, the others keep their role", () => {
  const point = { geometry: { type: "Point", coordinates: [1, 2] } };
  const shapes = around([point, { geometry: null }], [point]);
  expect(shapes.features.map((f) => f.properties?.role)).toEqual(["own", "other"]);
});
