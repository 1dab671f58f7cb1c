// Puts lines of the unit square onto a canvas path, skipping what lies outside the frame.

import type { Line } from "../data/geometry";
import type { Frame } from "../leaflet";

/** Adds the line to the current path; closed when it is a ring. */
export function trace(context: CanvasPath, frame: Frame, line: Line, closed = false): void {
  const { scale, originX, originY } = frame;
  for (let i = 0; i < line.length; i += 2) {
    const x = line[i]! * scale - originX;
    const y = line[i + 1]! * scale - originY;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  if (closed) context.closePath();
}

export function visible(frame: Frame, line: Line): boolean {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < line.length; i += 2) {
    west = Math.min(west, line[i]!);
    east = Math.max(east, line[i]!);
    north = Math.min(north, line[i + 1]!);
    south = Math.max(south, line[i + 1]!);
  }
  const { scale, originX, originY, width, height } = frame;
  return east * scale >= originX && west * scale <= originX + width && south * scale >= originY && north * scale <= originY + height;
}
