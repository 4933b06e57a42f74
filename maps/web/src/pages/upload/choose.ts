import type { Packed } from "./zip";

const JUNK = /(^|\/)(\.[^/]*|~\$[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

/** Whether a file is left by an operating system or an open spreadsheet, not by its keeper. */
export const junk = (path: string): boolean =>
  JUNK.test(path) || path.split("/").includes("__MACOSX");

/** The files of a choice with their paths; those of a folder keep theirs. */
export const chosen = (files: Iterable<File>): Packed[] =>
  [...files]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !junk(path));

/** Whether a choice is one archive that is sent as it is. */
export const isArchive = (files: readonly Packed[]): boolean =>
  files.length === 1 && /(?<!\.gdb)\.zip$/i.test(files[0]?.path ?? "");

/** What a case is called at first: its folder, or its archive. */
export function nameOf(files: readonly Packed[]): string {
  const first = files[0]?.path ?? "";
  const name = first.includes("/") ? (first.split("/")[0] ?? "") : first.replace(/\.[^.]+$/, "");
  return name.slice(0, 60) || "case";
}

/** The files dropped on the page, those inside folders too. */
export async function dropped(items: DataTransferItemList): Promise<Packed[]> {
  const roots = [...items].map((i) => i.webkitGetAsEntry()).filter((e) => e !== null);
  const found = await Promise.all(roots.map((root) => walk(root, "")));
  return found.flat().filter(({ path }) => !junk(path));
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Packed[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break; // a hundred at a time
    inside.push(...some);
  }
  return (await Promise.all(inside.map((one) => walk(one, `${path}/`)))).flat();
}

/** Bytes in words. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  return count < 1024 * 1024
    ? `${(count / 1024).toFixed(0)} KB`
    : `${(count / 1024 / 1024).toFixed(1)} MB`;
}
