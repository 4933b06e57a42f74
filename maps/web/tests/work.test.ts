import { expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("location", { origin: "http://here", search: "" });
const { cell, csv, following } = await import("../src/api/download");
const { nextOf, transitions } = await import("../src/pages/editions/words");
const { dateIn, daysUntil, squareMetres } = await import("../src/pages/objections/words");
const { divisionsOf, life } = await import("../src/pages/keys/words");
const { bytes, isArchive, junk, nameOf } = await import("../src/pages/upload/choose");
const { crc32, zip } = await import("../src/pages/upload/zip");

test("a cell of a file is quoted, and no formula", () => {
  expect(cell('a,"b"')).toBe('"a,""b"""');
  expect(cell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
  expect(cell(-3)).toBe("-3");
  expect(cell(null)).toBe("");
});

test("a file of rows has the names first and begins with a byte order mark", async () => {
  const bytesOf = new Uint8Array(await csv([{ a: 1, b: "x" }]).arrayBuffer());
  expect([...bytesOf.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(new TextDecoder().decode(bytesOf)).toBe("a,b\r\n1,x\r\n");
});

test("the next page is the one the Link header names", () => {
  expect(following('</v1/x?cursor=a>; rel="next"')).toBe("/v1/x?cursor=a");
  expect(following(null)).toBeNull();
});

test("an edition goes its way and ends", () => {
  expect(nextOf("draft")).toBe("objection");
  expect(nextOf("published")).toBeUndefined();
  expect(nextOf("withdrawn")).toBeUndefined();
});

test("moves are counted from grade to grade, those without a grade last", () => {
  const found = transitions([
    { before: "A", after: "B" },
    { before: "A", after: "B" },
    { before: "", after: "A" },
  ]);
  expect(found.grades).toEqual(["A", "B", ""]);
  expect(found.count("A", "B")).toBe(2);
  expect(found.count("B", "A")).toBe(0);
});

test("days are counted by the calendar, over a change of month and year", () => {
  const today = new Date(2025, 11, 30, 23, 59);
  expect(dateIn(3, today)).toBe("2026-01-02");
  expect(daysUntil("2026-01-02", today)).toBe(3);
  expect(daysUntil("2025-12-29", today)).toBe(-1);
});

test("areas typed in mu become square metres; what is none is refused", () => {
  expect(squareMetres("15", "mu")).toBe(10_000);
  expect(squareMetres(" 12.345 ", "m2")).toBe(12.35);
  expect(squareMetres("-1", "m2")).toBeUndefined();
  expect(squareMetres("1e999", "m2")).toBeUndefined();
  expect(squareMetres("", "mu")).toBeUndefined();
});

test("divisions are read from what is typed; a key lives until its end", () => {
  expect(divisionsOf("330603、 330604,330603")).toEqual(["330603", "330604"]);
  const now = Date.parse("2025-01-01T00:00:00Z");
  expect(life({ revoked_at: null, expires_at: "2025-01-03T00:00:00Z" }, now).force).toBe(true);
  expect(life({ revoked_at: null, expires_at: "2024-12-31T00:00:00Z" }, now).force).toBe(false);
  expect(life({ revoked_at: "2024-01-01T00:00:00Z", expires_at: null }, now).force).toBe(false);
});

test("what systems leave in folders is not sent; archives go as they are", () => {
  expect(junk("case/.DS_Store")).toBe(true);
  expect(junk("case/~$企业.xlsx")).toBe(true);
  expect(junk("__MACOSX/case/a.csv")).toBe(true);
  expect(junk("case/data.gdb/a0001.gdbtable")).toBe(false);
  const one = (path: string) => [{ path, file: new Blob([]) }];
  expect(isArchive(one("a.ZIP"))).toBe(true);
  expect(isArchive(one("a.gdb.zip"))).toBe(false);
  expect(nameOf(one("2024年/宗地.shp"))).toBe("2024年");
  expect(nameOf(one("案卷.zip"))).toBe("案卷");
  expect(bytes(1536)).toBe("2 KB");
});

test("the packer's archive holds names in UTF-8, sizes and the known checksum", async () => {
  const text = new TextEncoder().encode("123456789");
  expect(crc32(text)).toBe(0xcbf43926);
  expect(crc32(text.slice(4), crc32(text.slice(0, 4)))).toBe(0xcbf43926);
  const made = await zip([{ path: "案卷/a.csv", file: new Blob([text]) }]);
  const view = new DataView(await (made as Blob).arrayBuffer());
  const name = new TextEncoder().encode("案卷/a.csv");
  expect(view.getUint32(0, true)).toBe(0x04034b50);
  expect(view.getUint32(14, true)).toBe(0xcbf43926);
  expect(view.getUint16(26, true)).toBe(name.length);
  const end = view.byteLength - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect(view.getUint16(end + 10, true)).toBe(1);
  expect(view.getUint32(end + 16, true)).toBe(30 + name.length + 9);
});

test("the challenge of a verifier is that of RFC 7636", async () => {
  const { challengeOf } = await import("../src/oidc");
  expect(await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});
