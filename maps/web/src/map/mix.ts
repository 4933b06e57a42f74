/** Sides of the square of a cell, in pixels of the screen, by how much land lies in it. */
export const SIDES = [7, 10, 13] as const;
/** From how many m² on a cell has the next side. */
export const LARGER = [30_000, 150_000] as const;
/** The side of a cell with so much land. */
export const sideOf = (m2: number): number =>
  m2 >= LARGER[1] ? SIDES[2] : m2 >= LARGER[0] ? SIDES[1] : SIDES[0];
/** Into how many parts the land of a cell is told. */
export const PARTS = 6;
const SCALE = 2;

/**
 * What the name of a mix says: `mix|<side>|#2166ac*3|#92c5de*2` → a square of upright stripes, each
 * as wide as its share. Undefined for other names.
 */
export function readMix(name: string): { side: number; parts: [string, number][] } | undefined {
  const [kind, size, ...rest] = name.split("|");
  const side = Number(size);
  if (kind !== "mix" || !(side > 0)) return undefined;
  const parts = rest
    .map((one): [string, number] => {
      const [colour, count] = one.split("*");
      return [colour ?? "", Number(count)];
    })
    .filter(([, count]) => count > 0);
  return { side, parts };
}

/** The name of a mix: the land of each class that has some, rounded up to a part. */
export function mixOf(
  m2: Readonly<Record<string, number>>,
  classes: readonly { colour: string; cells: readonly string[] }[],
): string {
  const area = Object.values(m2).reduce((sum, one) => sum + one, 0);
  const parts = classes.flatMap((c) => {
    const own = c.cells.reduce((sum, cell) => sum + (m2[cell] ?? 0), 0);
    return own > 0 ? [`|${c.colour}*${Math.ceil((PARTS * own) / area)}`] : [];
  });
  return `mix|${sideOf(area)}${parts.join("")}`;
}

/** The picture of a mix, for the map. */
export function mixImage(name: string): ImageData | undefined {
  const told = readMix(name);
  if (!told) return undefined;
  const side = told.side * SCALE;
  const canvas = new OffscreenCanvas(side, side);
  const pen = canvas.getContext("2d", { willReadFrequently: true }); // read at once: not on the GPU
  if (!pen) throw new Error("no 2d canvas");
  const whole = told.parts.reduce((sum, [, count]) => sum + count, 0) || 1;
  pen.fillStyle = "#d9d9d9";
  pen.fillRect(0, 0, side, side);
  let at = 0;
  for (const [colour, count] of told.parts) {
    pen.fillStyle = colour;
    pen.fillRect(at, 0, (count / whole) * side + 0.5, side);
    at += (count / whole) * side;
  }
  pen.strokeStyle = "#3c4650";
  pen.lineWidth = 1;
  pen.strokeRect(0.5, 0.5, side - 1, side - 1);
  return pen.getImageData(0, 0, side, side);
}
