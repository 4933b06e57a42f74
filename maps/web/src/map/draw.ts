import { type LngLatBoundsLike, Map, type MapOptions, type StyleSpecification } from "maplibre-gl";
import { headers } from "../api/client";
import { t } from "../lang";
import { FONTS } from "./style";
import { hatchImages } from "./hatch";
import "./library";

/**
 * A map in a box: our tiles with the reader's key in the header, labels in fonts of the machine,
 * hatches of the legend. Remove it with `.remove()`.
 */
export function draw(
  container: HTMLElement,
  style: StyleSpecification,
  bounds: LngLatBoundsLike | undefined,
  more: Partial<MapOptions> = {},
): Map {
  const map = new Map({
    container,
    style,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 20,
    fadeDuration: 0,
    localIdeographFontFamily: FONTS.join(","),
    locale: { "Map.Title": t("地图", "Map") },
    transformRequest: (url) =>
      url.startsWith(location.origin) ? { url, headers: headers() } : { url },
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 20 } } : {}),
    ...more,
  });
  map.touchZoomRotate.disableRotation();
  map.setMissingStyleImageResolver(() => {
    for (const [name, image, options] of hatchImages()) {
      if (!map.hasImage(name)) map.addImage(name, image, options);
    }
  });
  return map;
}
