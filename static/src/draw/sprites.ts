// Symbols drawn once and stamped afterwards: thousands a step stay cheap, and every equal symbol is the same picture.

import type { ConfidenceLevel } from "../format";
import { EVENT_TYPES, SIDES } from "../types";
import type { Palette } from "./palette";
import { drawPlaced } from "./symbols";

/** Casing and line width beyond the outline, in CSS pixels. */
const MARGIN = 6;
/** A few zooms' worth; then start anew. */
const LIMIT = 800;

const LEVELS: ConfidenceLevel[] = ["high", "medium", "low", "unknown"];

export interface Stamp {
  type: number;
  side: number;
  confidence: number;
  geo: number;
}

export class Sprites {
  private readonly pictures = new Map<number, HTMLCanvasElement>();
  private palette: Palette | null = null;
  private radius = 0;
  private ratio = 0;

  /** Symbols of another size or colour are other pictures. */
  begin(palette: Palette, radius: number, ratio: number): void {
    if (palette === this.palette && radius === this.radius && ratio === this.ratio && this.pictures.size < LIMIT) return;
    this.pictures.clear();
    [this.palette, this.radius, this.ratio] = [palette, radius, ratio];
  }

  /** Stamps the symbol with its middle at (x, y); `disc` is the radius of the sign of its precision. */
  draw(context: CanvasRenderingContext2D, x: number, y: number, { type, side, confidence, geo }: Stamp, disc: number): void {
    const { palette, radius, ratio } = this;
    if (!palette) return;
    const extent = geo === 1 ? 0 : disc;
    const key = (((extent * 4 + geo) * 4 + confidence) * 16 + type) * 16 + side;
    let picture = this.pictures.get(key);
    if (!picture) {
      const reach = Math.max(extent, radius * 1.5) + MARGIN;
      picture = document.createElement("canvas");
      picture.width = picture.height = Math.ceil(2 * reach * ratio);
      const pen = picture.getContext("2d");
      if (!pen) return;
      pen.scale(ratio, ratio);
      pen.translate(reach, reach);
      drawPlaced(pen, palette, EVENT_TYPES[type]!, SIDES[side]!, LEVELS[confidence]!, geo, radius, disc);
      this.pictures.set(key, picture);
    }
    const size = picture.width / ratio;
    context.drawImage(picture, x - size / 2, y - size / 2, size, size);
  }
}

/** Place of the level in the list, from hundredths; -1 is not stated. */
export function confidenceCode(percent: number): number {
  if (percent < 0) return 3;
  if (percent >= 85) return 0;
  return percent >= 65 ? 1 : 2;
}
