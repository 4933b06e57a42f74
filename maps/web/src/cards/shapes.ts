import type { Feature, FeatureCollection, Geometry } from "geojson";

/** Things with a GeoJSON shape as one collection; those without are left out. */
export function around(
  things: readonly { geometry?: unknown }[],
  more: readonly { geometry?: unknown }[] = [],
): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: [
      ...things.flatMap((one) => shape(one, "own")),
      ...more.flatMap((one) => shape(one, "other")),
    ],
  };
}

function shape(thing: { geometry?: unknown }, role: string): Feature[] {
  if (!thing.geometry) return [];
  return [{ type: "Feature", properties: { role }, geometry: thing.geometry as Geometry }];
}
