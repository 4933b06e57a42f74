import { expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: {} });
const { mu, num, percent } = await import("../src/numbers");

test("areas are told in mu of 10,000 / 15 m²", () => {
  expect(mu(10_000)).toBe("15.00");
  expect(mu(null)).toBe("—");
});

test("numbers carry thousands marks and shares become percent", () => {
  expect(num(12_039)).toBe("12,039");
  expect(percent(0.125)).toBe("12.5%");
});
