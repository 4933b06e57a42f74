import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { getVersion, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";

// The worker is a file of our own origin: no blob: in the content security policy.
setWorkerUrl(workerUrl);

export const version = getVersion();

/** Whether this browser can draw the map at all; old machines and remote desktops may not. */
export function canDraw(): boolean {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}
