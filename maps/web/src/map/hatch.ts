import { type Hatch, legend } from "../legend";

const SCALE = 2; // pixels of the image for each of the screen

/**
 * The hatch of the legend as an image that repeats without a seam: lines at 45° or 135° only, in a
 * square whose side is the distance of two lines along an axis.
 */
export function hatchImage(hatch: Hatch): ImageData {
  const side = Math.max(4, Math.round(hatch.spacing * Math.SQRT2)) * SCALE;
  const canvas = new OffscreenCanvas(side, side);
  const pen = canvas.getContext("2d", { willReadFrequently: true }); // read at once: not on the GPU
  if (!pen) throw new Error("no 2d canvas");
  pen.strokeStyle = hatch.colour;
  pen.globalAlpha = hatch.opacity;
  pen.lineWidth = hatch.width * SCALE;
  for (const shift of [-side, 0, side]) {
    pen.beginPath();
    pen.moveTo(shift, hatch.angle > 90 ? 0 : side);
    pen.lineTo(shift + side, hatch.angle > 90 ? side : 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, side, side);
}

/** The images a style names: `hatch-<name>` for each hatch of the legend. */
export const hatchImages = (): [string, ImageData, { pixelRatio: number }][] =>
  Object.entries(legend.hatches).map(([name, hatch]) => [
    `hatch-${name}`,
    hatchImage(hatch),
    { pixelRatio: SCALE },
  ]);
