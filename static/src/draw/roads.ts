// How a road of each status is drawn: colour and dash together. Used by the map and the legend.

import type { CorridorStatus } from "../types";
import type { Palette } from "./palette";

const DASHES: Record<CorridorStatus, number[]> = {
  open: [],
  disrupted: [11, 4],
  escort_only: [9, 3.5, 2, 3.5],
  blocked: [4.5, 3.5],
  cut: [1.8, 4.6],
  unknown: [0.1, 4.5],
};

const WIDTHS: Record<CorridorStatus, number> = { open: 2.1, disrupted: 2.6, escort_only: 2.8, blocked: 3.6, cut: 3.6, unknown: 2 };

/** How strong a line is drawn by the age of the report in days: half a year, two years. */
export function roadStrength(age: number): number {
  if (age <= 183) return 1;
  return age <= 731 ? 0.72 : 0.5;
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
