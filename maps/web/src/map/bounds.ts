import type { FeatureCollection } from "geojson";

/** Bounds of everything in a collection, undefined when it is empty. */
export function boundsOf(shapes: FeatureCollection): [number, number, number, number] | undefined {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (at: unknown): void => {
    if (!Array.isArray(at)) return;
    const [x, y] = at as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      west = Math.min(west, x);
      east = Math.max(east, x);
      south = Math.min(south, y);
      north = Math.max(north, y);
      return;
    }
    at.forEach(walk);
  };
  for (const shape of shapes.features) {
    if (shape.geometry && "coordinates" in shape.geometry) walk(shape.geometry.coordinates);
  }
  return west <= east ? [west, south, east, north] : undefined;
}
