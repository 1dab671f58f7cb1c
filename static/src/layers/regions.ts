// First-level regions shaded by how many records the current selection holds. Blank means no report, and is drawn as nothing.

import { contains, toRings } from "../data/geometry";
import type { Line } from "../data/geometry";
import { trace, visible } from "../draw/trace";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";

/** The map shows through a little; the key draws the same on the same ground. */
export const REGION_ALPHA = 0.82;

/** Lower bounds of the classes. Fixed, so that a shade means the same in every step. */
export const CLASSES = [1, 2, 5, 10, 20] as const;

export function classOf(count: number): number {
  let found = -1;
  CLASSES.forEach((bound, i) => {
    if (count >= bound) found = i;
  });
  return found;
}

export function regionCounts(page: Page): Map<string, number> {
  const counts = new Map<string, number>();
  for (const i of page.selection.indices) {
    const region = page.data.incidents.rows[i]!.region;
    if (region) counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return counts;
}

export function addRegions(map: MapHandle, page: Page): { redraw: () => void; at: (x: number, y: number) => string | null } {
  const shapes = page.data.regions.map((region): { id: string; rings: Line[] } => ({
    id: String(region.id ?? region.properties.code),
    rings: toRings(region.geometry),
  }));
  const redraw = map.addCanvas("regions", (context, frame) => {
    if (!page.isOn("regions")) return;
    const palette = page.palette();
    const counts = regionCounts(page);
    const selected = page.store.get().selected;
    context.lineJoin = "round";
    for (const { id, rings } of shapes) {
      if (!rings.some((ring) => visible(frame, ring))) continue;
      context.beginPath();
      for (const ring of rings) trace(context, frame, ring, true);
      const level = classOf(counts.get(id) ?? 0);
      if (level >= 0) {
        context.fillStyle = palette.regionRamp[level]!;
        context.globalAlpha = REGION_ALPHA;
        context.fill("evenodd");
        context.globalAlpha = 1;
      }
      context.strokeStyle = palette.regionLine;
      context.lineWidth = 0.8;
      context.stroke();
    }
    const chosen = shapes.find(({ id }) => selected === `region/${id}`);
    if (chosen) {
      context.beginPath();
      for (const ring of chosen.rings) trace(context, frame, ring, true);
      context.strokeStyle = palette.ink;
      context.lineWidth = 2;
      context.stroke();
    }
  });
  let wasOn = page.isOn("regions");
  page.onDraw(["from", "to", "filters", "layers", "selected"], () => {
    if (wasOn || page.isOn("regions")) redraw();
    wasOn = page.isOn("regions");
  });
  return {
    redraw,
    at: (x, y) => (page.isOn("regions") ? (shapes.find(({ rings }) => contains(rings, x, y))?.id ?? null) : null),
  };
}
