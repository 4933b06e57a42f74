import { expect, test, vi } from "vitest";
import { areaOf, distance, lengthOf, type Position, tileOf } from "../src/map/geodesy";
import { mixOf, readMix } from "../src/map/mix";

vi.stubGlobal("localStorage", { getItem: () => null });
const { classesOfBands, presetOf, presetsOf, ramp, viewOf } =
  await import("../src/pages/map/modes");
const { shownPlots } = await import("../src/pages/map/layers");
const { format, parse, USUAL } = await import("../src/pages/map/address");
const { legend } = await import("../src/legend");

// Figures of pyproj.Geod(ellps="GRS80"): inv and geometry_area_perimeter.
test.each<[Position, Position, number]>([
  [[119.75, 29.03], [119.76, 29.03], 974.108],
  [[119.75, 29.03], [119.75, 29.04], 1108.363],
  [[119.6, 28.94], [119.87, 29.1], 31723.123],
])("metres between %j and %j", (a, b, metres) => {
  expect(Math.abs(distance(a, b) - metres) / metres).toBeLessThan(1e-5);
});

test.each([
  [[119.7, 28.98], 12, "3409/1703"],
  [[-179.9, 85], 3, "0/0"],
  [[0.001, -0.001], 1, "1/1"],
])("the tile of %j at %j", (at, zoom, tile) => expect(tileOf(at, zoom)).toBe(tile));

test("square metres of a plot and of a county, either way round", () => {
  const plot: Position[] = [[119.75, 29.03], [119.752, 29.03], [119.7521, 29.0315], [119.75, 29.0314]]; // prettier-ignore
  const county: Position[] = [
    [119.6, 28.94],
    [119.87, 28.94],
    [119.87, 29.1],
    [119.6, 29.1],
  ];
  expect(Math.abs(areaOf(plot) - 32065.82) / 32065.82).toBeLessThan(1e-5);
  expect(Math.abs(areaOf(county) - 466459383.74) / 466459383.74).toBeLessThan(1e-4);
  expect(areaOf([...plot].reverse())).toBeCloseTo(areaOf(plot), 6);
  expect(lengthOf([])).toBe(0);
});

test("an address says what is shown, and what it says wrongly is ignored", () => {
  const query =
    "edition=2&mode=tax&classes=7&hide=1,-&only=low&at=119.70000,29.02000,13.50&sel=parcel%3AX1&beside=1&layers=parks,firms";
  const told = parse(`?${query}`);
  expect(told.hidden).toEqual(["1", ""]);
  expect(told.at).toEqual({ lng: 119.7, lat: 29.02, zoom: 13.5 });
  expect(told.selected).toEqual({ kind: "parcel", id: "X1" });
  expect(parse(`?${format(told, 2)}`)).toEqual(told);
  const wrong = parse("?mode=x&at=1,2&sel=<b>&beside=-1&only=low,nothing&layers=");
  expect(wrong).toEqual({ ...parse(""), only: ["low"], layers: [] });
  expect(format({ ...parse(""), layers: [...USUAL].reverse() }, undefined)).toBe("");
});

test("the filters of a list are those of the legend, or rows to be asked for", () => {
  const vacant = parse("?of=parcel&bucket=vacant");
  expect([vacant.mode, vacant.asked?.query, vacant.hidden.includes("vacant")]).toEqual(["bucket", { bucket: "vacant" }, false]);
  expect(vacant.hidden).toHaveLength(Object.keys(legend.parcel_buckets).length - 1);
  const low = parse("?of=parcel&parcel_grade=D&low_efficiency=true");
  expect([low.mode, low.only, low.hidden]).toEqual(["parcel", ["low"], ["A", "B", "C", "", "none"]]);
  const firms = parse("?of=enterprise&bucket=no_land&evil=1");
  expect(firms.asked).toEqual({ of: "enterprise", query: { bucket: "no_land" } });
  expect(parse(`?${format(firms, 1)}`)).toEqual(firms);
  expect(parse("?of=parcel&bucket=vacant&q=兰亭").asked?.query).toEqual({ bucket: "vacant", q: "兰亭" });
}); // prettier-ignore

test("bands of all presets are put together to the classes of one", () => {
  const bands = [1, 2, 3, 4];
  expect(classesOfBands([2, 4], bands)).toEqual([0, 1, 1, 2, 2, 3]);
  expect(classesOfBands([], [])).toEqual([0, 1]);
  expect(presetsOf({ "5": [1], "7": [] })).toEqual(["5"]);
  expect(presetOf("own", { "5": [1], "7": [2] })).toBe("5");
  const view = viewOf("tax", "7", { "5": [2], "7": [1, 3], bands: [1, 2, 3] });
  expect(view.classes.map((c) => c.cells)).toEqual([["4"], ["2", "3"], ["1"], ["0"]]);
});

test("a ramp has as many different colours as classes, the ends the palest and the darkest", () => {
  for (const classes of [2, 3, 5, 6, 7, 9]) {
    expect(new Set(ramp(classes)).size).toBe(classes);
  }
  expect(ramp(5)).toEqual(legend.tax_ramps["5"]);
  expect(ramp(7)).toEqual(legend.tax_ramps["7"]);
});

test("every class of every mode has a mark beside its colour", () => {
  for (const mode of ["parcel", "firm", "tax", "bucket"] as const) {
    const { classes } = viewOf(mode, "5", { "5": [1, 2, 3, 4], bands: [1, 2, 3, 4] });
    expect(classes.filter((c) => !c.mark)).toEqual([]);
    expect(new Set(classes.map((c) => c.mark)).size).toBe(classes.length);
  }
});

test("the name of a mix is read back; other names are none", () => {
  expect(readMix("mix|10|#2166ac*3|#92c5de*0")).toEqual({ side: 10, parts: [["#2166ac", 3]] });
  expect(readMix("hatch-grade_d")).toBeUndefined();
});

test("only what is hidden or asked for narrows the plots", () => {
  const drawn = {
    mode: "parcel" as const,
    view: viewOf("parcel", "5", {}),
    hidden: new Set<string>(),
    only: new Set<"low">(),
    layers: new Set<never>(),
    outlined: [],
    overBase: false,
    asked: false,
  };
  expect(shownPlots(drawn)).toEqual([]);
  expect(shownPlots({ ...drawn, hidden: new Set(["A"]), only: new Set(["low" as const]) })).toHaveLength(2); // prettier-ignore
});

test("a cell's picture tells the classes that a filter left, in the legend's order", () => {
  const { classes } = viewOf("bucket", "own", {});
  const colour = (name: string): string => legend.parcel_buckets[name]?.colour ?? "";
  const [matched, vacant] = [colour("matched"), colour("vacant")];
  expect(mixOf({ vacant: 10_000, matched: 20_000 }, classes)).toBe(
    `mix|10|${matched}*4|${vacant}*2`,
  );
  expect(mixOf({ vacant: 5 }, classes)).toBe(`mix|7|${vacant}*6`);
});
