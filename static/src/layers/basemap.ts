// Land, lakes, rivers and borders from our own file; disputed borders dashed. Drawn below everything.

import { toLine } from "../data/geometry";
import type { Line } from "../data/geometry";
import type { Palette } from "../draw/palette";
import { trace, visible } from "../draw/trace";
import type { MapHandle } from "../leaflet";

/** As written by static/build.mjs: each line is x0, y0 and then differences, in 1/10,000 degree. */
export interface BasemapFile {
  land: number[][];
  lakes: number[][];
  rivers: { rank: number; line: number[] }[];
  borders: { disputed: boolean; line: number[] }[];
  labels: BasemapLabel[];
}

export interface BasemapLabel {
  kind: "country" | "neighbour" | "sea";
  en: string;
  fr: string;
  ar?: string;
  lon: number;
  lat: number;
}

function unpack(packed: number[]): Line {
  const points: [number, number][] = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i < packed.length; i += 2) {
    x += packed[i]!;
    y += packed[i + 1]!;
    points.push([x / 10_000, y / 10_000]);
  }
  return toLine(points);
}

export interface Basemap {
  land: Line[];
  lakes: Line[];
  rivers: { rank: number; line: Line }[];
  borders: { disputed: boolean; line: Line }[];
  labels: BasemapLabel[];
}

export function readBasemap(file: BasemapFile): Basemap {
  return {
    land: file.land.map(unpack),
    lakes: file.lakes.map(unpack),
    rivers: file.rivers.map(({ rank, line }) => ({ rank, line: unpack(line) })),
    borders: file.borders.map(({ disputed, line }) => ({ disputed, line: unpack(line) })),
    labels: file.labels,
  };
}

/** Land and water. The answer redraws. */
export function addGround(map: MapHandle, basemap: Basemap, palette: () => Palette): () => void {
  return map.addCanvas("ground", (context, frame) => {
    const colours = palette();
    context.fillStyle = colours.sea;
    context.fillRect(0, 0, frame.width, frame.height);
    context.beginPath();
    for (const ring of basemap.land) if (visible(frame, ring)) trace(context, frame, ring, true);
    context.fillStyle = colours.land;
    context.fill("evenodd");
    context.strokeStyle = colours.coast;
    context.lineWidth = 0.9;
    context.stroke();
    context.lineJoin = "round";
    context.strokeStyle = colours.river;
    for (const { rank, line } of basemap.rivers) {
      if (rank > frame.zoom + 1.2 || !visible(frame, line)) continue;
      context.beginPath();
      trace(context, frame, line);
      context.lineWidth = Math.max(0.6, (rank <= 3 ? 2 : rank <= 6 ? 1.2 : 0.8) * (0.55 + (frame.zoom - 4) * 0.12));
      context.stroke();
    }
    context.beginPath();
    for (const ring of basemap.lakes) if (visible(frame, ring)) trace(context, frame, ring, true);
    context.fillStyle = colours.lake;
    context.fill("evenodd");
    context.strokeStyle = colours.river;
    context.lineWidth = 0.7;
    context.stroke();
  });
}

/** Borders, above the regions. */
export function addBorders(map: MapHandle, basemap: Basemap, palette: () => Palette): () => void {
  return map.addCanvas("borders", (context, frame) => {
    const colours = palette();
    context.lineJoin = "round";
    for (const { disputed, line } of basemap.borders) {
      if (!visible(frame, line)) continue;
      context.beginPath();
      trace(context, frame, line);
      context.setLineDash([]);
      context.strokeStyle = colours.halo;
      context.lineWidth = 3;
      context.globalAlpha = 0.5;
      context.stroke();
      context.globalAlpha = 1;
      context.setLineDash(disputed ? [5, 4] : []);
      context.strokeStyle = colours.border;
      context.lineWidth = frame.zoom < 6 ? 1 : 1.3;
      context.stroke();
    }
    context.setLineDash([]);
  });
}
