import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { getVersion, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";

// The worker is a file of our own origin: no blob: in the content security policy.
setWorkerUrl(workerUrl);

export const version = getVersion();

let drawable: boolean | undefined;

/**
 * Whether this browser can draw the map at all; old machines and remote desktops may not. Asked
 * once: each try takes one of the few contexts a browser has.
 */
export function canDraw(): boolean {
  if (drawable === undefined) {
    const tried = document.createElement("canvas").getContext("webgl2");
    drawable = tried !== null;
    tried?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return drawable;
}
