// First-level regions shaded by how many records the current selection holds. Blank means no report, and is drawn as nothing.

import { contains, toRings } from "../data/geometry";
import type { Line } from "../data/geometry";
import type { Selection } from "../data/selection";
import { trace, visible } from "../draw/trace";
import type { Frame, MapHandle } from "../leaflet";
import type { Page, Scene } from "../page";
import { sceneOf } from "./scene";

/** The map shows through a little; the key draws the same on the same ground. */
export const REGION_ALPHA = 0.82;

/** Lower bounds of the classes. Fixed for a store, so that a shade means the same in every step; a large store has coarser ones. */
export function classBounds(page: Page): readonly number[] {
  return page.data.incidents.incidents > 5_000 ? [1, 10, 50, 250, 1_000] : [1, 2, 5, 10, 20];
}

export function classOf(bounds: readonly number[], count: number): number {
  let found = -1;
  bounds.forEach((bound, i) => {
    if (count >= bound) found = i;
  });
  return found;
}

/** What was counted of the clock's scene: a step that only adds rows goes on from there. Dropped by every scene that does not. */
let counted: { selection: Selection; upTo: number; counts: Uint32Array } | null = null;

/** Incidents of each region in a scene, by the number of the region in the table. */
function countRegions(page: Page, scene: Scene): Uint32Array {
  const { selection } = scene;
  const { region, weight } = page.data.incidents;
  const goesOn = scene === page.scene && counted?.selection === selection && counted.upTo <= selection.count;
  const counts = goesOn ? counted!.counts : new Uint32Array(region.values.length);
  for (let i = goesOn ? counted!.upTo : 0; i < selection.count; i++) {
    const row = selection.rows[i]!;
    const code = region.codes[row]!;
    if (code >= 0) counts[code]! += weight[row]!;
  }
  if (scene === page.scene) counted = { selection, upTo: selection.count, counts };
  return counts;
}

export function regionCounts(page: Page, scene: Scene = page.scene): Map<string, number> {
  const counts = countRegions(page, scene);
  return new Map(page.data.incidents.region.values.map((id, code) => [id, counts[code]!]));
}

export function addRegions(map: MapHandle, page: Page): { redraw: () => void; at: (x: number, y: number) => string | null } {
  let shapes: { id: string; rings: Line[] }[] = [];
  const shape = () => {
    shapes = page.data.regions.map((region) => ({ id: String(region.id ?? region.properties.code), rings: toRings(region.geometry) }));
  };
  shape();
  let drawn: { id: string; path: Path2D }[] = [];
  let drawnFor: unknown[] = [];
  /** Shapes in view as paths of the canvas: made once a view, since a step changes their shades alone. */
  const outlines = (frame: Frame) => {
    const wanted = [shapes, frame.scale, frame.originX, frame.originY, frame.width, frame.height];
    if (wanted.some((value, i) => value !== drawnFor[i])) {
      drawnFor = wanted;
      drawn = shapes
        .filter(({ rings }) => rings.some((ring) => visible(frame, ring)))
        .map(({ id, rings }) => {
          const path = new Path2D();
          for (const ring of rings) trace(path, frame, ring, true);
          return { id, path };
        });
    }
    return drawn;
  };
  const redraw = map.addCanvas("regions", (context, frame, which) => {
    if (!page.isOn("regions")) return;
    const palette = page.palette();
    const counts = regionCounts(page, sceneOf(page, which));
    const bounds = classBounds(page);
    const selected = page.store.get().selected;
    context.lineJoin = "round";
    for (const { id, path } of outlines(frame)) {
      const level = classOf(bounds, counts.get(id) ?? 0);
      if (level >= 0) {
        context.fillStyle = palette.regionRamp[level]!;
        context.globalAlpha = REGION_ALPHA;
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
      }
      context.strokeStyle = palette.regionLine;
      context.lineWidth = 0.8;
      context.stroke(path);
    }
    const chosen = outlines(frame).find(({ id }) => selected === `region/${id}`);
    if (chosen) {
      context.strokeStyle = palette.ink;
      context.lineWidth = 2;
      context.stroke(chosen.path);
    }
  });
  let wasOn = page.isOn("regions");
  let shades = "";
  page.store.subscribe(["from", "to", "mode", "filters", "layers", "selected", "other"], (_, changed) => {
    if (!page.scene.extends) counted = null;
    const isOn = page.isOn("regions");
    // Most steps add records and change no shade.
    const bounds = classBounds(page);
    const now = isOn ? countRegions(page, page.scene).reduce((all, count) => `${all}${classOf(bounds, count)},`, "") : "";
    const isStep = [...changed].every((key) => key === "from" || key === "to" || key === "mode");
    if ((wasOn || isOn) && !(wasOn && isStep && now === shades && page.otherScene === null)) redraw();
    wasOn = isOn;
    shades = now;
  });
  page.bus.on("data", () => {
    counted = null;
    shades = "";
    shape();
    redraw();
  });
  return {
    redraw,
    at: (x, y) => (page.isOn("regions") ? (shapes.find(({ rings }) => contains(rings, x, y))?.id ?? null) : null),
  };
}
