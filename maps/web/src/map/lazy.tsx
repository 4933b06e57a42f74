import type { FeatureCollection } from "geojson";
import type { FunctionComponent } from "preact";
import { lazy } from "preact-iso";

interface Given {
  shapes: FeatureCollection;
  label: string;
  height?: string;
}
const Mini = lazy(() =>
  import("./mini").then((m) => ({ default: m.MiniMap })),
) as unknown as FunctionComponent<Given>;

/** The small map, whose library is fetched once a card asks for it: the words come first. */
export function LazyMap(given: Given) {
  return (
    <div class="minimap" style={{ height: given.height ?? "16rem" }}>
      <Mini {...given} />
    </div>
  );
}
