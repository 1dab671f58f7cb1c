// Incidents of the current selection on one canvas, redrawn in place from the columns. Records at one point share a symbol
// and bear a count; nothing is moved to make room.

import { worldLength } from "../data/mercator";
import type { Palette } from "../draw/palette";
import { Sprites } from "../draw/sprites";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";

/** Signs of precision, not measured extents: the least radius in pixels and a radius on the ground. */
const NEAR = { px: 15, km: 8 };
const AREA = { px: 21, km: 30 };

interface Spot {
  x: number;
  y: number;
  /** Rows of the table, by first day. */
  rows: number[];
}

export interface IncidentLayer {
  redraw: () => void;
  /** Rows of the spot nearest to a point of the unit square. */
  at: (x: number, y: number, reach: number) => number[];
}

export function addIncidents(map: MapHandle, page: Page): IncidentLayer {
  const table = page.data.incidents;
  // Rows at exactly the same point belong to one spot, for good.
  const spotOf = new Int32Array(table.rows.length);
  const spots: { x: number; y: number }[] = [];
  const keys = new Map<string, number>();
  table.rows.forEach((row, i) => {
    if (row.lon === null || row.lat === null) {
      spotOf[i] = -1;
      return;
    }
    const key = `${row.lon},${row.lat}`;
    let spot = keys.get(key);
    if (spot === undefined) {
      spot = spots.length;
      keys.set(key, spot);
      spots.push({ x: table.x[i]!, y: table.y[i]! });
    }
    spotOf[i] = spot;
  });
  let shown: Spot[] = [];
  const sprites = new Sprites();

  const collect = () => {
    const found = new Map<number, Spot>();
    for (const i of page.selection.indices) {
      const spot = spotOf[i]!;
      if (spot < 0) continue;
      const known = found.get(spot);
      if (known) known.rows.push(i);
      else found.set(spot, { ...spots[spot]!, rows: [i] });
    }
    // The latest spots on top.
    shown = [...found.values()].sort((a, b) => a.rows[a.rows.length - 1]! - b.rows[b.rows.length - 1]!);
  };
  collect();

  const redraw = map.addCanvas("incidents", (context, frame) => {
    if (!page.isOn("incidents")) return;
    const palette = page.palette();
    const selected = page.store.get().selected;
    const radius = 6.2 * Math.min(1.3, Math.max(0.8, 0.92 + (frame.zoom - 5.5) * 0.12));
    for (const { x, y, rows } of shown) {
      const left = x * frame.scale - frame.originX;
      const top = y * frame.scale - frame.originY;
      const row = table.rows[rows[rows.length - 1]!]!;
      const sign = row.geo_precision === 2 ? NEAR : AREA;
      const disc = Math.max(sign.px, worldLength(sign.km, y) * frame.scale);
      if (left < -disc || top < -disc || left > frame.width + disc || top > frame.height + disc) continue;
      context.save();
      context.translate(left, top);
      sprites.draw(context, palette, row, radius, Math.round(disc));
      if (isSelected(selected, row.lon, row.lat, rows.map((i) => table.rows[i]!.id))) {
        context.beginPath();
        context.arc(0, 0, radius + 7, 0, 2 * Math.PI);
        context.strokeStyle = palette.ink;
        context.lineWidth = 2;
        context.stroke();
      }
      context.restore();
    }
    // Counts above all symbols: a hidden count would hide records.
    for (const { x, y, rows } of shown) {
      if (rows.length > 1) badge(context, palette, rows.length, x * frame.scale - frame.originX, y * frame.scale - frame.originY, radius);
    }
  });

  let before = page.selection.indices;
  page.onDraw(["from", "to", "filters"], () => {
    const now = page.selection.indices;
    const same = now.length === before.length && now.every((row, i) => row === before[i]);
    before = now;
    if (same) return;
    collect();
    redraw();
  });
  page.onDraw(["layers", "selected"], redraw);
  return {
    redraw,
    at(x, y, reach) {
      if (!page.isOn("incidents")) return [];
      let best: Spot | null = null;
      let least = reach;
      // From the top down, so that the symbol that is seen is the one that is hit.
      for (let i = shown.length - 1; i >= 0; i--) {
        const spot = shown[i]!;
        const distance = Math.hypot(spot.x - x, spot.y - y);
        if (distance < least) [best, least] = [spot, distance];
      }
      return best?.rows ?? [];
    },
  };
}

function isSelected(selected: string | null, lon: number | null, lat: number | null, ids: string[]): boolean {
  if (selected === null) return false;
  return selected === `spot/${lon},${lat}` || ids.some((id) => selected === `incident/${id}`);
}

function badge(context: CanvasRenderingContext2D, palette: Palette, count: number, left: number, top: number, radius: number): void {
  const text = count > 99 ? "99+" : String(count);
  context.font = `650 9.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
  const width = Math.max(13, context.measureText(text).width + 7);
  const x = left + radius * 0.75;
  const y = top - radius * 0.75 - 13;
  context.beginPath();
  context.roundRect(x, y, width, 13, 6.5);
  context.fillStyle = palette.ink;
  context.fill();
  context.strokeStyle = palette.paper;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = palette.paper;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + width / 2, y + 7);
}
