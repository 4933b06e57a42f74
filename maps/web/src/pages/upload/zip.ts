/** Files packed into one archive in the browser, stored as they are: a case keeps its folders. */

export interface Packed {
  path: string;
  file: Blob;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of bytes, going on from that of the bytes before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before >>> 0;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

const UTF8 = 0x800; // the name is in UTF-8
const DAY = 0x21; // 1980-01-01: what the archive says of days is not used
const VERSION = 20;
const LARGEST = 0xffffffff;

interface Entry {
  name: Uint8Array;
  crc: number;
  size: number;
  at: number;
}

function record(
  length: number,
  fields: readonly (readonly [number, number])[],
): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return view;
}

/** What the local header and the directory both say of an entry. */
const shared = (e: Entry): (readonly [number, number])[] => [
  [2, VERSION],
  [2, UTF8],
  [2, 0], // stored
  [2, 0],
  [2, DAY],
  [4, e.crc],
  [4, e.size],
  [4, e.size],
  [2, e.name.length],
  [2, 0],
];

const local = (e: Entry): DataView<ArrayBuffer> => record(30, [[4, 0x04034b50], ...shared(e)]);
const listed = (e: Entry): DataView<ArrayBuffer> =>
  record(46, [
    [4, 0x02014b50],
    [2, VERSION],
    ...shared(e),
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, e.at],
  ]);
const ending = (count: number, size: number, at: number): DataView<ArrayBuffer> =>
  record(22, [
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, at],
    [2, 0],
  ]);

async function crcOf(file: Blob): Promise<number> {
  const reader = file.stream().getReader();
  let value = 0;
  for (;;) {
    const { done, value: chunk } = await reader.read();
    if (done) return value;
    value = crc32(chunk, value);
  }
}

/** One archive of the files; read piece by piece, never held in memory whole. Null: too large. */
export async function zip(files: readonly Packed[]): Promise<Blob | null> {
  const parts: BlobPart[] = [];
  const entries: Entry[] = [];
  let at = 0;
  for (const { path, file } of files) {
    const name = new TextEncoder().encode(path);
    const entry = { name, crc: await crcOf(file), size: file.size, at };
    parts.push(local(entry), name, file);
    entries.push(entry);
    at += 30 + name.length + file.size;
    if (at > LARGEST || entries.length > 0xffff) return null;
  }
  const directory = entries.flatMap((e): BlobPart[] => [listed(e), e.name as BlobPart]);
  const size = entries.reduce((sum, e) => sum + 46 + e.name.length, 0);
  return new Blob([...parts, ...directory, ending(entries.length, size, at)], {
    type: "application/zip",
  });
}
