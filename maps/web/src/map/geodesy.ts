/** The ellipsoid of CGCS2000 (GRS80): half axis in metres, flattening. */
const A = 6_378_137;
const F = 1 / 298.257222101;
const E2 = F * (2 - F);
const E1 = Math.sqrt(E2);

export type Position = readonly [lng: number, lat: number];
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * Metres between two places on the ellipsoid, by the mid-latitude formula: better than 1 part in
 * 100,000 up to some 100 km, which is farther than anybody measures on a map of land.
 */
export function distance(a: Position, b: Position): number {
  const mid = radians((a[1] + b[1]) / 2);
  const w = Math.sqrt(1 - E2 * Math.sin(mid) ** 2);
  const north = (A * (1 - E2)) / w ** 3;
  const dy = north * radians(b[1] - a[1]);
  const dx = (A / w) * Math.cos(mid) * radians(b[0] - a[0]);
  return Math.hypot(dx, dy);
}

/** Metres along a line. */
export const lengthOf = (line: readonly Position[]): number =>
  line.slice(1).reduce((sum, at, n) => sum + distance(line[n] as Position, at), 0);

/** Snyder's q: the cylindrical equal-area projection of the ellipsoid. */
function q(lat: number): number {
  const s = Math.sin(radians(lat));
  const inner = Math.log((1 - E1 * s) / (1 + E1 * s)) / (2 * E1);
  return (1 - E2) * (s / (1 - E2 * s * s) - inner);
}

/** Square metres of a ring on the ellipsoid, whichever way round it runs. */
export function areaOf(ring: readonly Position[]): number {
  let twice = 0;
  ring.forEach((at, n) => {
    const next = ring[(n + 1) % ring.length] as Position;
    twice += radians(next[0] - at[0]) * (q(at[1]) + q(next[1]));
  });
  return (A * A * Math.abs(twice)) / 4;
}

/** The tile, "x/y", in which a place lies at a whole zoom. */
export function tileOf([lng, lat]: readonly number[], zoom: number): string {
  const side = 2 ** zoom;
  const north = Math.asinh(Math.tan(((lat ?? 0) * Math.PI) / 180)) / Math.PI;
  return `${Math.floor((((lng ?? 0) + 180) / 360) * side)}/${Math.floor(((1 - north) / 2) * side)}`;
}
