import raw from "../../../geomujun/domain/legend.yaml";
import { lang } from "./lang";

/** How one word is written and drawn: of geomujun/domain/legend.yaml, as in workbook and QGIS. */
export interface Entry {
  label: string;
  en: string;
  colour?: string;
  text?: string;
  mark?: string;
  hatch?: string;
  width?: number;
  dash?: string;
}
export interface Hatch {
  label: string;
  en: string;
  angle: number;
  spacing: number;
  width: number;
  colour: string;
  opacity: number;
}
type Entries = Record<string, Entry>;
interface Legend {
  grades: Entries;
  hatches: Record<string, Hatch>;
  outlines: Entries;
  parcel_buckets: Entries;
  enterprise_buckets: Entries;
  words: Record<string, Entries>;
}

export const legend = raw as Legend;

/** The label of an entry in the language of the page. */
export function label(entry: Entry | Hatch | undefined, otherwise = ""): string {
  if (!entry) return otherwise;
  return lang.value === "zh" ? entry.label : entry.en;
}

/** The word for a code: `word("relation", "OWN")` → 自有. Unknown codes stay as they are. */
export const word = (kind: string, code: string | null | undefined): string =>
  label(legend.words[kind]?.[code ?? ""], code ?? "");
