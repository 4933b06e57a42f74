import { describe, expect, test, vi } from "vitest";
import type { Item } from "../src/pages/review/types";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: {} });
const { chance, reach, waterfall } = await import("../src/parts/bits");
const { equalFacts } = await import("../src/pages/review/equal");
const { letterOf } = await import("../src/pages/review/keys");
const { marked } = await import("../src/pages/review/marks");
const { m2Of, sumOf } = await import("../src/pages/review/split");

const item = (more: Partial<Item>): Item => ({
  row_no: 1,
  order: 1,
  parcel_code: "P1",
  uscc: "U1",
  question: "",
  area_m2: 1,
  area_mu: 1,
  grades: "",
  probability: 0.5,
  rival_uscc: "",
  enterprises_changed: 0,
  parcels_changed: 0,
  division_code: "339921",
  claimed_by: null,
  claimed_until: null,
  decision_id: null,
  decided: null,
  decided_by: null,
  proposal_id: null,
  proposed_by: null,
  relation: "OWN",
  holder: "云岫机械厂",
  ...more,
});

describe("names side by side", () => {
  test("characters that one name has alone are told apart", () => {
    const [left, right] = marked("云岫县骊渟装备厂", "云岫骊纶装备厂");
    expect(left.filter((p) => !p.same).map((p) => p.text)).toEqual(["县", "渟"]);
    expect(right.filter((p) => !p.same).map((p) => p.text)).toEqual(["纶"]);
    expect(left.map((p) => p.text).join("")).toBe("云岫县骊渟装备厂");
    expect(right.map((p) => p.text).join("")).toBe("云岫骊纶装备厂");
  });
  test("a character outside the basic plane stays whole", () => {
    const [left] = marked("𠮷野厂", "野厂");
    expect(left[0]).toEqual({ text: "𠮷", same: false });
  });
  test("nothing in common, and nothing at all", () => {
    expect(marked("甲", "乙")).toEqual([
      [{ text: "甲", same: false }],
      [{ text: "乙", same: false }],
    ]);
    expect(marked("", "")).toEqual([[], []]);
  });
});

describe("evidence", () => {
  const one = (name: string, bits: number) => ({ name, bits, left: "", right: "", line: "" });
  test("the prior comes first and each step begins where the last ended", () => {
    const steps = waterfall([one("name", 4), one("place", -1), one("prior", -13)]);
    expect(steps.map((s) => [s.name, s.from, s.to])).toEqual([
      ["prior", 0, -13],
      ["name", -13, -9],
      ["place", -9, -10],
    ]);
    expect(reach([steps, waterfall([one("name", 2)])])).toEqual([-13, 2]);
  });
  test("zero bits are an even chance", () => {
    expect(chance(0)).toBe(0.5);
    expect(chance(3)).toBeCloseTo(8 / 9);
  });
});

describe("a split", () => {
  const part = (given: string) => ({ uscc: given, name: "", relation: "OWN" as const, given });
  test("parts are told in m², mu or percent", () => {
    expect(m2Of("1,200.5", "m2", 3000)).toBe(1200.5);
    expect(m2Of("3", "mu", 3000)).toBe(2000);
    expect(m2Of("25", "percent", 3000)).toBe(750);
    for (const wrong of ["", "-1", "x", "1e999"]) expect(m2Of(wrong, "m2", 3000)).toBeUndefined();
  });
  test("no more than the plot, a square metre of rounding aside", () => {
    expect(sumOf([part("60"), part("40")], "percent", 3000).fits).toBe(true);
    expect(sumOf([part("60"), part("41")], "percent", 3000).fits).toBe(false);
    expect(sumOf([part("2000"), part("1000.9")], "m2", 3000).fits).toBe(true);
    expect(sumOf([part("2000"), part("x")], "m2", 3000).complete).toBe(false);
    expect(sumOf([], "m2", 3000).complete).toBe(false);
  });
});

describe("equal facts", () => {
  test("same holder, firm and relation, open, and never a masked name", () => {
    const equal = [item({ parcel_code: "P1" }), item({ parcel_code: "P2" })];
    const apart = [
      item({ parcel_code: "P3", holder: "陈**" }),
      item({ parcel_code: "P4", holder: "陈**" }),
      item({ parcel_code: "P5", relation: "OCCUPY" }),
      item({ parcel_code: "P6", uscc: "U2" }),
      item({ parcel_code: "P7", decided: "same" }),
    ];
    expect([...equalFacts([...equal, ...apart]).values()]).toEqual([equal]);
  });
});

test("a letter is the same letter under a Chinese input method", () => {
  expect(letterOf({ key: "A", code: "KeyA" })).toBe("a");
  expect(letterOf({ key: "Process", code: "KeyA" })).toBe("a");
  expect(letterOf({ key: "Process", code: "Digit3" })).toBe("3");
  expect(letterOf({ key: "Escape", code: "Escape" })).toBe("Escape");
});
