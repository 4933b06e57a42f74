import { legend } from "../../legend";

/** What the address of the map page says: everything somebody else should see who opens it. */
export interface Shown {
  mode: Mode;
  classes: Preset;
  hidden: readonly string[];
  only: readonly Mark[];
  layers: readonly Layer[];
  at: View | null;
  selected: Selection | null;
  beside: number | null;
  base: string;
  asked: Asked | null;
}
/** Rows of a list that the map is to show, by the filters of that list. */
export interface Asked {
  of: "parcel" | "enterprise";
  query: Readonly<Record<string, string>>;
}
export type Mode = "parcel" | "firm" | "tax" | "bucket";
export type Preset = "own" | "5" | "7";
export type Mark = "low" | "review" | "findings" | "disagree";
export type Layer = "low" | "disagree" | "findings" | "patches" | "open" | "buildings" | "survey" | "parks" | "firms" | "letters"; // prettier-ignore
export interface View {
  lng: number;
  lat: number;
  zoom: number;
}
export interface Selection {
  kind: "parcel" | "enterprise";
  id: string;
}

export const MODES: readonly Mode[] = ["parcel", "firm", "tax", "bucket"];
export const MARKS: readonly Mark[] = ["low", "review", "findings", "disagree"];
export const LAYERS: readonly Layer[] = [
  "low", "disagree", "findings", "patches", "open", "letters", "parks", "buildings", "survey", "firms",
]; // prettier-ignore
export const USUAL: readonly Layer[] = ["low", "patches", "parks", "letters"];
const PRESETS: readonly Preset[] = ["own", "5", "7"];
const NONE = "-"; // the class of plots without a grade: its key is empty

const one = <T extends string>(given: string | null, known: readonly T[], usual: T): T =>
  known.find((k) => k === given) ?? usual;

const several = <T extends string>(
  given: string | null,
  known: readonly T[],
  usual: readonly T[],
): readonly T[] => (given === null ? usual : known.filter((k) => given.split(",").includes(k)));

/** What an address says; what it says wrongly is as if it were not there. */
export function parse(search: string): Shown {
  const given = new URLSearchParams(search);
  const hidden = given.get("hide");
  return {
    mode: one(given.get("mode"), MODES, "parcel"),
    classes: one(given.get("classes"), PRESETS, "own"),
    hidden: hidden ? hidden.split(",").map((k) => (k === NONE ? "" : k)) : [],
    only: several(given.get("only"), MARKS, []),
    layers: several(given.get("layers"), LAYERS, USUAL),
    at: parseView(given.get("at")),
    selected: parseSelection(given.get("sel")),
    beside: parseNumber(given.get("beside")),
    base: given.get("base") ?? "",
    asked: null,
    ...parseList(given),
  };
}

const FILTERS = {
  parcel: ["q", "bucket", "parcel_grade", "enterprise_grade", "low_efficiency", "review", "kind", "division"],
  enterprise: ["q", "bucket", "grade", "industry", "division"],
} as const; // prettier-ignore

/** The filters of a list: its rows are drawn on top, and the legend shows no other plots. */
function parseList(given: URLSearchParams): Partial<Shown> {
  const of = one(given.get("of"), ["parcel", "enterprise", ""] as const, "");
  if (!of) return {};
  const told = FILTERS[of].map((name) => [name, given.get(name)?.trim() ?? ""] as const);
  const query = Object.fromEntries(told.filter(([, value]) => value !== ""));
  if (Object.keys(query).length === 0) return {};
  const own = ["mode", "hide", "only"].some((name) => given.has(name)); // chosen since
  return { ...(of === "parcel" && !own ? byLegend(query) : {}), asked: { of, query } };
}

/** Filters of parcels as the legend's; nothing where the legend has not all of them. */
function byLegend(query: Record<string, string>): Partial<Shown> {
  const { bucket, parcel_grade, enterprise_grade, low_efficiency, review, ...rest } = query;
  const classes = [bucket, parcel_grade, enterprise_grade].filter((v) => v !== undefined);
  const no = low_efficiency === "false" || review === "false";
  if (no || classes.length > 1 || Object.keys(rest).length > 0) return {};
  const others = (all: object, kept: string): string[] =>
    Object.keys(all).filter((k) => k !== kept);
  const only: Mark[] = [];
  if (low_efficiency) only.push("low");
  if (review) only.push("review");
  if (bucket) return { only, mode: "bucket", hidden: others(legend.parcel_buckets, bucket) };
  if (parcel_grade)
    return { only, mode: "parcel", hidden: [...others(legend.grades, parcel_grade), "none"] };
  if (enterprise_grade)
    return { only, mode: "firm", hidden: others(legend.grades, enterprise_grade) };
  return { only };
}

function parseView(text: string | null): View | null {
  const [lng = NaN, lat = NaN, zoom = NaN] = (text ?? "").split(",").map(Number);
  const whole = Math.abs(lng) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22;
  return text && whole ? { lng, lat, zoom } : null;
}

function parseSelection(text: string | null): Selection | null {
  const found = /^(parcel|enterprise):([0-9A-Za-z_.:-]{1,40})$/.exec(text ?? "");
  return found ? { kind: found[1] as Selection["kind"], id: found[2] as string } : null;
}

function parseNumber(text: string | null): number | null {
  const value = Number(text);
  return text && Number.isInteger(value) && value > 0 ? value : null;
}

/** The address of what is shown, of an edition; what is usual is left out. */
export function format(shown: Shown, edition: number | undefined): string {
  const { at, selected } = shown;
  const usual = [...shown.layers].sort().join() === [...USUAL].sort().join();
  const told: [string, string][] = [
    ["edition", edition ? String(edition) : ""],
    ["mode", shown.mode === "parcel" ? "" : shown.mode],
    ["classes", shown.mode === "tax" && shown.classes !== "own" ? shown.classes : ""],
    ["hide", shown.hidden.map((k) => k || NONE).join(",")],
    ["only", shown.only.join(",")],
    ["at", atText(at)],
    ["sel", selected ? `${selected.kind}:${selected.id}` : ""],
    ["beside", shown.beside ? String(shown.beside) : ""],
    ["base", shown.base],
    ...listText(shown.asked),
  ];
  const query = told.filter(([, value]) => value !== "");
  if (!usual) query.push(["layers", shown.layers.join(",")]);
  return query.map(([k, v]) => `${k}=${encodeURIComponent(v).replace(/%2C/g, ",")}`).join("&");
}

const atText = (at: View | null): string =>
  at ? `${at.lng.toFixed(5)},${at.lat.toFixed(5)},${at.zoom.toFixed(2)}` : "";

const listText = (asked: Asked | null): [string, string][] =>
  asked ? [["of", asked.of], ...Object.entries(asked.query)] : [];
