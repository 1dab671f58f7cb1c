// How the front is drawn: a cell in the shade of the quarter in which activity was first reported in it, from dark (long ago) to pale (of late) in
// one hue that no side has; stronger while something was reported of late. One lightness ramp, so that it reads without colour too.

import type { Palette } from "./palette";

/** From the earliest to the latest quarter: lightness L* of CIELAB falls in even steps (25 to 78), checked with the ramp in grey. */
const RAMP: [number, number, number][] = [
  [58, 26, 104],
  [103, 53, 143],
  [146, 88, 176],
  [184, 130, 205],
  [219, 178, 230],
];

/** The shade of a quarter between the first and the last. */
export function shadeOf(quarter: number, [first, last]: readonly [number, number]): string {
  const share = last > first ? (quarter - first) / (last - first) : 0;
  const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(at), RAMP.length - 2);
  const mixed = [0, 1, 2].map((i) => Math.round(RAMP[low]![i]! + (RAMP[low + 1]![i]! - RAMP[low]![i]!) * (at - low)));
  return `rgb(${mixed.join(", ")})`;
}

/** What lies below shows through where nothing was reported of late; less so on the dark page, where the earliest shades would drown. */
const ALPHA = { active: 0.88, silent: 0.4, silentDark: 0.65 } as const;

/** Fills cells of one quarter; `fill` holds their whole rectangles. */
export function fillCells(context: CanvasRenderingContext2D, palette: Palette, shade: string, active: boolean, fill: Path2D): void {
  context.globalAlpha = active ? ALPHA.active : palette.dark ? ALPHA.silentDark : ALPHA.silent;
  context.fillStyle = shade;
  context.fill(fill);
  context.globalAlpha = 1;
}

/** Frames cells; `edges` holds their rectangles half a pixel in. */
export function frameCells(context: CanvasRenderingContext2D, palette: Palette, active: boolean, edges: Path2D): void {
  context.strokeStyle = active ? palette.ink : palette.muted;
  context.lineWidth = active ? 1.4 : 0.7;
  context.setLineDash(active ? [] : [2.5, 2]);
  context.stroke(edges);
  context.setLineDash([]);
}

/** A cell with its upper left corner at a point, in CSS pixels: for keys. */
export function drawCell(context: CanvasRenderingContext2D, palette: Palette, shade: string, active: boolean, x: number, y: number, width: number, height: number): void {
  const [fill, edges] = [new Path2D(), new Path2D()];
  fill.rect(x, y, width, height);
  edges.rect(x + 0.5, y + 0.5, width - 1, height - 1);
  fillCells(context, palette, shade, active, fill);
  frameCells(context, palette, active, edges);
}
