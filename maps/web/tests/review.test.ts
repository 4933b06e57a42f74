import { describe, expect, test, vi } from "vitest";
import type { Item } from "../src/pages/review/types";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: {} });
const { chance, reach, waterfall } = await import("../src/parts/bits");
const { noted } = await import("../src/pages/review/acts");
const { Outbox } = await import("../src/pages/review/outbox");
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

describe("what is said is sent behind the reviewer's back", () => {
  const later = <T>(value: T, ms: number) => new Promise<T>((good) => setTimeout(good, ms, value));

  test("in the order of saying, and what fails does not hold up the rest", async () => {
    const outbox = new Outbox();
    const seen: string[] = [];
    const say = (name: string, ms: number) => async () => seen.push(await later(name, ms));
    const first = outbox.put(["P1"], say("first", 20));
    const bad = outbox.put(["P2"], () => later(0, 1).then(() => Promise.reject(new Error("409"))));
    const last = outbox.put(["P3"], say("last", 1));
    expect(outbox.waiting.value).toBe(3);
    await expect(bad).rejects.toThrow("409");
    await Promise.all([first, last]);
    await outbox.arrived();
    await later(0, 1);
    expect(seen).toEqual(["first", "last"]);
    expect(outbox.waiting.value).toBe(0);
  });

  test("a plot is looked at again only once what was said of it arrived", async () => {
    const outbox = new Outbox();
    let arrived = false;
    void outbox.put(["P1"], () => later(0, 20)).then(() => (arrived = true));
    await outbox.arrived("P2");
    expect(arrived).toBe(false);
    await outbox.arrived("P1");
    expect(arrived).toBe(true);
  });

  test("the list tells the word at once, its number when recorded, an opinion as one", () => {
    const one = { parcel_code: "P1", uscc: "U1", verdict: "same" as const };
    const word = { ...one, relation: "" as const, area_m2: null, replaces: null };
    const items = [item({}), item({ parcel_code: "P2" })];
    const said = noted(items, [word], "me");
    expect(said[0]).toMatchObject({ decided: "same", decided_by: "me", decision_id: null });
    expect(said[1]).toBe(items[1]);
    const pair = { parcel_code: "P1", uscc: "U1" };
    expect(
      noted(said, [word], "me", [{ ...pair, kind: "decision", number: 7 }])[0]?.decision_id,
    ).toBe(7);
    const waits = noted(said, [word], "me", [{ ...pair, kind: "proposal", number: 3 }])[0];
    expect(waits).toMatchObject({ decided: null, proposal_id: 3, proposed_by: "me" });
  });
});
