import { headers, Problem, problemOf } from "./client";
import { t } from "../lang";

/** The forms a list can be had in. */
export const FORMS = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  geojson: "application/geo+json",
} as const;
export type Form = keyof typeof FORMS;

/** Rows of one file; the service gives no more at once. */
const MOST = 20_000;

/**
 * Fetch a list whole and save it: CSV as one file, other forms as several where there are more rows
 * than fit in one. The key goes in the header, so no address that can be copied gives anything away.
 * Gives the number of files. Raises a Problem.
 */
export async function download(
  path: string,
  query: Record<string, string>,
  form: Form,
  name: string,
): Promise<number> {
  let next: string | null = address(path, { ...query, limit: String(MOST) });
  const lines: string[] = [];
  let files = 0;
  while (next) {
    const answer = await fetch(next, { headers: { ...headers(), Accept: FORMS[form] } }).catch(
      () => {
        throw new Problem(0, t("连不上服务", "the service cannot be reached"), "");
      },
    );
    if (!answer.ok) {
      throw problemOf(answer.status, await answer.json().catch((): unknown => null));
    }
    next = following(answer.headers.get("Link"));
    if (form === "csv") {
      const text = await answer.text(); // the byte order mark is gone here
      lines.push(lines.length === 0 ? `\ufeff${text}` : text.slice(text.indexOf("\n") + 1));
      continue;
    }
    files += 1;
    const many = next || files > 1 ? `-${files}` : "";
    save(await answer.blob(), `${name}${many}.${form}`);
  }
  if (form !== "csv") return files;
  save(new Blob(lines, { type: FORMS.csv }), `${name}.csv`);
  return 1;
}

export const address = (path: string, query: Record<string, string>): string =>
  `${path}?${new URLSearchParams(query).toString()}`;

/** The address of the next page that a Link header names. */
export function following(link: string | null): string | null {
  return link?.match(/<([^>]+)>;\s*rel="next"/)?.[1] ?? null;
}

/** Give a file to the reader. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** One cell of a CSV file; what a spreadsheet would take for a formula is kept as text. */
export function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as a CSV file that spreadsheets read in UTF-8. */
export function csv(rows: readonly object[], names?: readonly string[]): Blob {
  const head = names ?? Object.keys(rows[0] ?? {});
  const lines = rows.map((row) =>
    head.map((name) => cell((row as Record<string, unknown>)[name])).join(","),
  );
  return new Blob([`\ufeff${[head.join(","), ...lines].join("\r\n")}\r\n`], { type: "text/csv" });
}
