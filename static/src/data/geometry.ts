// Rings and lines in the unit square of Web Mercator, made once from degrees; hit tests on them. Pure.

import type { MultiPolygon, Polygon } from "geojson";
import { worldX, worldY } from "./mercator";

/** x0, y0, x1, y1, … */
export type Line = Float64Array;

export function toLine(coordinates: readonly (readonly number[])[]): Line {
  const line = new Float64Array(coordinates.length * 2);
  coordinates.forEach((point, i) => {
    line[2 * i] = worldX(point[0]!);
    line[2 * i + 1] = worldY(point[1]!);
  });
  return line;
}

export function toRings(geometry: Polygon | MultiPolygon): Line[] {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flatMap((polygon) => polygon.map(toLine));
}

/** Corners `lon,lat,lon,lat,…` as the hash has them; null when they are no area. */
export function areaLine(text: string): Line | null {
  const numbers = text.split(",").map(Number);
  if (numbers.length < 6 || numbers.length % 2 === 1 || !numbers.every(Number.isFinite)) return null;
  const corners: [number, number][] = [];
  for (let i = 0; i < numbers.length; i += 2) corners.push([numbers[i]!, numbers[i + 1]!]);
  return toLine(corners);
}

/** Even-odd over all rings, so holes count as outside. */
export function contains(rings: Line[], x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

/** Shortest distance from a point to a line, in the line's unit. */
export function distanceTo(line: Line, x: number, y: number): number {
  let best = Infinity;
  for (let i = 0; i + 3 < line.length; i += 2) {
    const [ax, ay, bx, by] = [line[i]!, line[i + 1]!, line[i + 2]!, line[i + 3]!];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    best = Math.min(best, Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)));
  }
  return best;
}
