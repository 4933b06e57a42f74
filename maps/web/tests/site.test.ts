import { expect, test } from "vitest";
import { search } from "../src/site/data";

const plots = { parcel_code: ["339921022002GB00001"], parcel_grade: ["A"], at: [null] };
const firms = {
  name: ["<b>甲</b>机械厂", "乙纺织"],
  uscc: ["91A", "91B"],
  grade: ["B", "C"],
  plots: [["339921022002GB00001"], []],
};

test("firms are found by a part of the name and lead to their plots", () => {
  expect(search("机械", plots, firms)).toEqual([
    { kind: "firm", title: "<b>甲</b>机械厂", more: "B", codes: ["339921022002GB00001"] },
  ]);
});

test("plots are found by code, firms by 信用代码, nothing by one letter", () => {
  expect(search("gb00001", plots, undefined).map((h) => h.title)).toEqual(["339921022002GB00001"]);
  expect(search("91b", plots, firms).map((h) => h.title)).toEqual(["乙纺织"]);
  expect(search("9", plots, firms)).toEqual([]);
});
