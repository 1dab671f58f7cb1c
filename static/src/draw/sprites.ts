// Symbols drawn once and stamped afterwards: thousands a step stay cheap, and every equal symbol is the same picture.

import type { Incident } from "../data/incidents";
import { confidenceLevel } from "../format";
import type { Palette } from "./palette";
import { drawPlaced } from "./symbols";

/** Casing and line width beyond the outline, in CSS pixels. */
const MARGIN = 6;
/** A few zooms' worth; then start anew. */
const LIMIT = 800;

export class Sprites {
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private palette: Palette | null = null;

  /** Stamps the symbol at (0, 0) of the context. */
  draw(context: CanvasRenderingContext2D, palette: Palette, row: Incident, radius: number, disc: number): void {
    if (palette !== this.palette || this.pictures.size > LIMIT) {
      this.pictures.clear();
      this.palette = palette;
    }
    const ratio = context.getTransform().a;
    const confidence = confidenceLevel(row.confidence);
    const reach = (row.geo_precision === 1 ? radius * 1.5 : Math.max(disc, radius * 1.5)) + MARGIN;
    const key = [row.type, row.side, confidence, row.geo_precision, radius.toFixed(2), row.geo_precision === 1 ? 0 : disc, ratio].join();
    let picture = this.pictures.get(key);
    if (!picture) {
      picture = document.createElement("canvas");
      picture.width = picture.height = Math.ceil(2 * reach * ratio);
      const pen = picture.getContext("2d");
      if (!pen) return;
      pen.scale(ratio, ratio);
      pen.translate(reach, reach);
      drawPlaced(pen, palette, row.type, row.side, confidence, row.geo_precision, radius, disc);
      this.pictures.set(key, picture);
    }
    const size = picture.width / ratio;
    context.drawImage(picture, -reach, -reach, size, size);
  }
}
