/** What a site tells of itself; written by `geomujun export site`. */
export interface About {
  title: string;
  year: number;
  edition: number;
  as_of: string;
  scheme: string;
  approval: string;
  columns: string[];
  tables: string[];
  bounds: [number, number, number, number];
}
/** A table by columns; `at` of a plot is a point in it. */
export interface Plots {
  parcel_code: string[];
  parcel_grade?: string[];
  enterprise_grade?: string[];
  at: ([number, number] | null)[];
}
export interface Firms {
  uscc?: string[];
  name?: string[];
  former_names?: string[];
  grade?: string[];
  occupied_mu?: (number | null)[];
  plots?: string[][];
}
export interface Grades {
  grade: string[];
  firms: (number | null)[];
  mu?: (number | null)[];
}

/** A file of the data folder, beside the page. */
export async function read<T>(name: string): Promise<T> {
  const answer = await fetch(`data/${name}.json`);
  if (!answer.ok) throw new Error(`data/${name}.json: ${answer.status}`);
  return (await answer.json()) as T;
}

export interface Hit {
  kind: "plot" | "firm";
  title: string;
  more: string;
  codes: string[];
}
const MOST = 20;

/** Plots and firms whose code or name holds a text, firms first, the first twenty. */
export function search(text: string, plots: Plots, firms: Firms | undefined): Hit[] {
  const wanted = text.trim().toUpperCase();
  if (wanted.length < 2) return [];
  const named = firms ? first(firms.name ?? firms.uscc ?? [], (i) => holds(firms, i, wanted)) : [];
  const coded = first(plots.parcel_code, (i) =>
    (plots.parcel_code[i] ?? "").toUpperCase().includes(wanted),
  );
  return [
    ...(firms ? named.map((i) => firmHit(firms, i)) : []),
    ...coded.map((i) => plotHit(plots, i)),
  ].slice(0, MOST);
}

/** The first rows of a table for which something holds. */
function first(rows: readonly unknown[], holdsFor: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < rows.length && found.length < MOST; i++) if (holdsFor(i)) found.push(i);
  return found;
}

function plotHit(plots: Plots, i: number): Hit {
  const code = plots.parcel_code[i] ?? "";
  return { kind: "plot", title: code, more: plots.parcel_grade?.[i] ?? "", codes: [code] };
}

const holds = (firms: Firms, i: number, wanted: string): boolean =>
  words(firms, i).some((word) => word.includes(wanted));
const words = (firms: Firms, i: number): string[] =>
  [firms.name?.[i], firms.former_names?.[i], firms.uscc?.[i]].map((w) => (w ?? "").toUpperCase());

function firmHit(firms: Firms, i: number): Hit {
  const name = firms.name?.[i] ?? firms.uscc?.[i] ?? "";
  return { kind: "firm", title: name, more: firms.grade?.[i] ?? "", codes: firms.plots?.[i] ?? [] };
}
