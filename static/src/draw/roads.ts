// How a road of each status is drawn: colour and dash together. Used by the map and the legend.

import type { CorridorStatus } from "../types";
import type { Palette } from "./palette";

export const DASHES: Record<CorridorStatus, number[]> = {
  open: [],
  disrupted: [11, 4],
  escort_only: [9, 3.5, 2, 3.5],
  blocked: [4.5, 3.5],
  cut: [1.8, 4.6],
  unknown: [0.1, 4.5],
};

const WIDTHS: Record<CorridorStatus, number> = { open: 2.1, disrupted: 2.6, escort_only: 2.8, blocked: 3.6, cut: 3.6, unknown: 2 };

/** Ages in days up to which a line is drawn so strong: what half a year and two years have passed over is paler. */
export const ROAD_AGES = [
  { upTo: 183, strength: 1 },
  { upTo: 731, strength: 0.72 },
  { upTo: Infinity, strength: 0.5 },
] as const;

/** How strong a line is drawn by the days since a source last said so. */
export function roadStrength(age: number): number {
  return ROAD_AGES.find(({ upTo }) => age <= upTo)?.strength ?? 1;
}

/** Strokes the path made by `trace`, with a casing that lifts it off the map; `strength` pales what was reported long ago. */
export function strokeRoad(context: CanvasRenderingContext2D, palette: Palette, status: CorridorStatus, trace: () => void, strength = 1): void {
  context.save();
  context.lineJoin = "round";
  context.lineCap = status === "unknown" ? "round" : "butt";
  trace();
  if (status !== "unknown") {
    context.strokeStyle = palette.edge;
    context.globalAlpha = 0.85;
    context.lineWidth = WIDTHS[status] + 2.4;
    context.stroke();
    context.globalAlpha = 1;
  }
  context.globalAlpha = strength;
  context.setLineDash(DASHES[status]);
  context.strokeStyle = palette.corridors[status];
  context.lineWidth = WIDTHS[status];
  context.stroke();
  context.restore();
}
