import { headers, problemOf } from "./client";

const MOST = 20_000; // rows of a page, the most the service gives

/** Let the browser keep a file. */
export function keep(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
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

/** The address of the page after this one, as the answer's Link header tells it. */
export const following = (link: string | null): string | undefined =>
  link?.match(/<([^>]+)>;\s*rel="next"/)?.[1];

async function ask(path: string, accept: string): Promise<Response> {
  const answer = await fetch(path, { headers: { ...headers(), Accept: accept } });
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
  return answer;
}

/** A list of the service as one CSV file, all its pages. Raises a Problem. */
export async function wholeCsv(path: string): Promise<Blob> {
  const parts: string[] = [];
  let next: string | undefined = `${path}${path.includes("?") ? "&" : "?"}limit=${MOST}`;
  while (next) {
    const answer: Response = await ask(next, "text/csv");
    const text = await answer.text(); // the byte order mark is gone here
    parts.push(parts.length === 0 ? `\ufeff${text}` : text.slice(text.indexOf("\n") + 1));
    next = following(answer.headers.get("Link"));
  }
  return new Blob(parts, { type: "text/csv" });
}

/** The first 20,000 rows of a list in another form, and whether there are more. */
export async function firstRows(
  path: string,
  accept: string,
): Promise<{ file: Blob; more: boolean }> {
  const answer = await ask(`${path}${path.includes("?") ? "&" : "?"}limit=${MOST}`, accept);
  return { file: await answer.blob(), more: Boolean(following(answer.headers.get("Link"))) };
}
