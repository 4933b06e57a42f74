import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { boundsOf } from "../../map/mini";
import type { Candidate, Question } from "./types";
import { placeName } from "./words";

const NEAR_M = 2_000; // other plots of a candidate that are drawn
const POINT_M = 5_000;

const feature = (geometry: unknown, role: string, label: string): Feature => ({
  type: "Feature",
  geometry: geometry as Geometry,
  properties: { role, label },
});

/** The middle of a shape's box, near enough for the end of a line. */
function middle(geometry: unknown): Position | undefined {
  const box = boundsOf({ type: "FeatureCollection", features: [feature(geometry, "", "")] });
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

function around(candidate: Candidate, plot: unknown): Feature[] {
  const role = candidate.place === 1 ? "first" : "other";
  const label = placeName(candidate.place);
  const found = candidate.plots
    .filter((p) => p.geometry && (p.distance_m ?? Infinity) <= NEAR_M)
    .map((p) => feature(p.geometry, role, label));
  const { point, distance_m: distance } = candidate;
  if (point && distance !== null && distance <= POINT_M) {
    const to = middle(plot);
    const from = (point as { coordinates?: Position }).coordinates;
    if (to && from && distance > 0)
      found.push(feature({ type: "LineString", coordinates: [from, to] }, role, ""));
    found.push(feature(point, role, label));
  }
  return found;
}

/** The plot in question, and what lies near it of each candidate: points, and other plots. */
export function shapesOf(question: Question): FeatureCollection {
  const plot = question.plot.geometry;
  const features = question.candidates.flatMap((c) => around(c, plot));
  if (plot) features.push(feature(plot, "asked", ""));
  return { type: "FeatureCollection", features };
}
