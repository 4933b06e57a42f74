import { expect, test } from "vitest";
import { kept } from "../src/cards/kept";

const line = (uscc: string, component: string, area_m2: number) => ({ uscc, component, area_m2 });
const sum = (rows: readonly { area_m2?: number | null }[]): number =>
  rows.reduce((total, row) => total + (row.area_m2 ?? 0), 0);

test("what is let counts once: at the tenant", () => {
  const rows = [
    line("T", "leased_in", 40),
    line("H", "leased_out", 40),
    line("H", "registered", 100),
  ];
  expect(kept(rows)).toEqual([line("T", "leased_in", 40), line("H", "registered", 60)]);
});

test("what is let whole leaves the holder nothing, what is sublet the tenant", () => {
  const rows = [
    line("H", "registered", 100), line("H", "leased_out", 100),
    line("T", "leased_in", 100), line("T", "leased_out", 30), line("S", "leased_in", 30),
  ]; // prettier-ignore
  expect(kept(rows)).toEqual([line("T", "leased_in", 70), line("S", "leased_in", 30)]);
});

test("exempt area is part of the registered", () => {
  const rows = [line("H", "registered", 100), line("H", "exempt", 25)];
  expect(kept(rows)).toEqual([line("H", "registered", 75), line("H", "exempt", 25)]);
});

test("claims that exceed the area still do", () => {
  expect(sum(kept([line("A", "registered", 80), line("B", "registered", 80)]))).toBe(160);
});
