import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { getVersion, GPUInitializationError, type Map, prewarm, setWorkerUrl } from "maplibre-gl";
import { signal } from "@preact/signals";
import "maplibre-gl/dist/maplibre-gl.css";

// The worker is a file of our own origin: no blob: in the content security policy.
setWorkerUrl(workerUrl);
prewarm(); // the worker starts while the first answers are awaited, and stays for the next map

export const version = getVersion();

/** Whether this browser can draw maps, as far as is known; old machines and remote desktops may not. */
export const drawable = signal(true);

/** A map as `make` makes it; null where the browser cannot draw one, which `drawable` says then. */
export function tried(make: () => Map): Map | null {
  try {
    return make();
  } catch (e) {
    if (!(e instanceof GPUInitializationError)) throw e;
    drawable.value = false;
    return null;
  }
}
