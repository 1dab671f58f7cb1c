// Thousands of points as pixels written straight into an image: a dot a place, its size by the number of records, its hue by the
// side that acted in the latest. Exact places are filled, near ones soft, areas hollow.

import type { Side } from "../types";
import { SIDES } from "../types";
import type { Palette } from "./palette";

/** Radii in CSS pixels by the number of records at a place. */
const SIZES: readonly [number, number][] = [[1, 2.1], [2, 2.7], [5, 3.4], [20, 4.4], [100, 5.6], [500, 7]];
/** Steps of paleness by age; 0 is the newest. */
export const AGES = 5;

export function sizeOf(count: number): number {
  let size = 0;
  while (size + 1 < SIZES.length && count >= SIZES[size + 1]![0]) size += 1;
  return size;
}

export function dotRadius(size: number): number {
  return SIZES[size]![1];
}

/** Room around the picture, so that a dot at its edge needs no test a pixel. */
const ROOM = 16;

type Look = "exact" | "near" | "area";
const LOOKS: Look[] = ["exact", "near", "area"];

/** Pixels of a dot as distances from its middle in the buffer. */
interface Mask {
  core: Int32Array;
  edge: Int32Array;
}

function mask(radius: number, look: Look, stride: number): Mask {
  const reach = Math.min(ROOM, Math.ceil(radius + 1));
  const core: number[] = [];
  const edge: number[] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const distance = Math.hypot(x, y);
      if (distance > radius + 0.9 || (look === "area" && distance < radius - 1.1)) continue;
      const inside = distance <= (look === "near" ? radius * 0.62 : radius - 0.1);
      (inside ? core : edge).push(y * stride + x);
    }
  }
  return { core: Int32Array.from(core), edge: Int32Array.from(edge) };
}

function bytes(colour: string): [number, number, number] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number) as [number, number, number];
}

/** Little-endian RGBA, as every browser's ImageData has it. */
function pack([r, g, b]: [number, number, number], alpha: number): number {
  return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

export class Dots {
  private readonly canvas = document.createElement("canvas");
  private context: CanvasRenderingContext2D | null = null;
  private image = new ImageData(1, 1);
  private pixels = new Uint32Array(0);
  private masks: (Mask | undefined)[] = [];
  private palette: Palette | null = null;
  /** By side and age: colour of the core and of the edge. */
  private cores = new Uint32Array(0);
  private edges = new Uint32Array(0);
  private ratio = 1;
  private width = 0;
  private height = 0;
  /** Width of the buffer with its room. */
  private stride = 0;
  /** Lowest and highest place written since the last `end`. */
  private least = Infinity;
  private most = -Infinity;

  /** Sizes the picture for a frame in CSS pixels; clears it unless it is only to be added to. */
  begin(width: number, height: number, ratio: number, palette: Palette, add: boolean): void {
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.width !== w || this.height !== h || this.ratio !== ratio) {
      [this.width, this.height, this.ratio] = [w, h, ratio];
      this.stride = w + 2 * ROOM;
      this.canvas.width = this.stride;
      this.canvas.height = h + 2 * ROOM;
      this.context = this.canvas.getContext("2d", { willReadFrequently: true });
      this.image = new ImageData(this.stride, h + 2 * ROOM);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.masks = [];
    } else if (!add) {
      this.pixels.fill(0);
      // What is cleared is put onto the canvas too.
      [this.least, this.most] = [0, this.pixels.length - 1];
    }
    if (palette !== this.palette) this.mixColours(palette);
  }

  private mixColours(palette: Palette): void {
    this.palette = palette;
    this.cores = new Uint32Array(SIDES.length * AGES);
    this.edges = new Uint32Array(SIDES.length * AGES);
    SIDES.forEach((side: Side, i) => {
      const fill = bytes(side === "islamic_state" && palette.dark ? "#000000" : palette.sides[side]);
      const light = bytes(palette.dark ? "#f0ece2" : "#fffdf8");
      // Near-black needs a light rim, the others a darker one of their own hue.
      const rim = side === "islamic_state" ? light : (fill.map((value) => Math.round(value * 0.62)) as [number, number, number]);
      for (let age = 0; age < AGES; age++) {
        const alpha = Math.round(255 * (1 - (age / (AGES - 1)) * 0.78));
        this.cores[i * AGES + age] = pack(fill, alpha);
        this.edges[i * AGES + age] = pack(rim, Math.round(alpha * 0.72));
      }
    });
  }

  /** Place in the buffer of a point in CSS pixels; -1 when no part of a dot there would show. */
  placeOf(x: number, y: number): number {
    const left = Math.round(x * this.ratio) + ROOM;
    const top = Math.round(y * this.ratio) + ROOM;
    // The outermost rows are left free, so that no dot runs over the buffer's end or into the next line.
    if (left < 8 || top < 8 || left >= this.stride - 8 || top >= this.height + 2 * ROOM - 8) return -1;
    return top * this.stride + left;
  }

  /** `geo` is the place's precision, 1 to 3. */
  dot(place: number, size: number, side: number, geo: number, age: number): void {
    const look = geo === 1 ? 0 : geo === 2 ? 1 : 2;
    const at = size * 3 + look;
    const found = (this.masks[at] ??= mask(Math.min(dotRadius(size) * this.ratio, 7), LOOKS[look]!, this.stride));
    if (place < this.least) this.least = place;
    if (place > this.most) this.most = place;
    const buffer = this.pixels;
    const { core, edge } = found;
    const inner = this.cores[side * AGES + age]!;
    const outer = this.edges[side * AGES + age]!;
    for (let i = 0; i < core.length; i++) buffer[place + core[i]!] = inner;
    for (let i = 0; i < edge.length; i++) buffer[place + edge[i]!] = outer;
  }

  /** Puts what was written onto the layer. */
  end(context: CanvasRenderingContext2D, width: number, height: number): void {
    if (!this.context) return;
    if (this.most >= this.least) {
      const top = Math.max(0, Math.floor(this.least / this.stride) - 8);
      const bottom = Math.min(this.height + 2 * ROOM, Math.floor(this.most / this.stride) + 9);
      this.context.putImageData(this.image, 0, 0, 0, top, this.stride, bottom - top);
      [this.least, this.most] = [Infinity, -Infinity];
    }
    context.drawImage(this.canvas, ROOM, ROOM, this.width, this.height, 0, 0, width, height);
  }
}
