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
 * Fetch a list whole and save it: one file, or several where it has more rows than fit in one.
 * The key goes in the header, so no address that can be copied gives anything away.
 */
export async function download(
  path: string,
  query: Record<string, string>,
  form: Form,
  name: string,
): Promise<number> {
  let next: string | null = address(path, { ...query, limit: String(MOST) });
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
    files += 1;
    const many = next || files > 1 ? `-${files}` : "";
    save(await answer.blob(), `${name}${many}.${form}`);
  }
  return files;
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
