// Supply roads, coloured and dashed by their status on the clock's day, paler the longer ago a source last said so. Schematic lines.

import { distanceTo } from "../data/geometry";
import { lookOf, stretches } from "../data/roads";
import type { RoadLook, Stretch } from "../data/roads";
import { roadStrength, strokeRoad } from "../draw/roads";
import { trace } from "../draw/trace";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import type { CorridorStatus } from "../types";

const ORDER: CorridorStatus[] = ["unknown", ...CORRIDOR_STATUSES];

/** What lies under the pointer: the roads on the nearest stretch, and whether incidents alone make it what it is drawn as. */
export interface RoadHit {
  corridors: number[];
  byIncidents: boolean;
}

export function addCorridors(map: MapHandle, page: Page): { redraw: () => void; at: (x: number, y: number, reach: number) => RoadHit } {
  const all = stretches(page.data.corridors);
  const looks: [RoadLook[], RoadLook[]] = [[], []];
  let drawnAs = "";
  const take = (day: number) => all.map((stretch) => lookOf(stretch, page.data.corridors, page.data.segmentStates, day));
  /** Answers whether anything looks different: most steps change no road. */
  const update = (): boolean => {
    const { selected } = page.store.get();
    looks[0] = take(page.day);
    looks[1] = page.otherScene ? take(page.otherScene.day) : [];
    const words = looks.map((scene) => scene.map(({ status, age }) => `${status}${roadStrength(age)}`).join());
    const wanted = page.isOn("corridors") ? `${words.join("/")} ${selected?.startsWith("corridor/") ? selected : ""}` : "off";
    const changed = wanted !== drawnAs;
    drawnAs = wanted;
    return changed;
  };
  update();
  const redraw = map.addCanvas("corridors", (context, frame, which) => {
    if (!page.isOn("corridors")) return;
    const palette = page.palette();
    const { selected } = page.store.get();
    const drawn = all
      .map((stretch, i) => ({ stretch, look: looks[which][i] ?? { status: "unknown" as const, age: 0 } }))
      .sort((a, b) => ORDER.indexOf(a.look.status) - ORDER.indexOf(b.look.status));
    for (const { stretch } of drawn) {
      if (!stretch.corridors.some((i) => selected === `corridor/${page.data.corridors[i]!.id}`)) continue;
      context.beginPath();
      trace(context, frame, stretch.line);
      context.strokeStyle = palette.ink;
      context.globalAlpha = 0.28;
      context.lineWidth = 11;
      context.lineCap = "round";
      context.stroke();
      context.globalAlpha = 1;
    }
    for (const { stretch, look } of drawn) {
      const path = () => {
        context.beginPath();
        trace(context, frame, stretch.line);
      };
      strokeRoad(context, palette, look.status, path, roadStrength(look.age));
    }
  });
  page.store.subscribe(["from", "to", "mode", "layers", "selected", "other"], () => {
    if (update()) redraw();
  });
  return {
    redraw,
    at(x, y, reach) {
      if (!page.isOn("corridors")) return { corridors: [], byIncidents: false };
      let best: Stretch | null = null;
      let least = reach;
      for (const stretch of all) {
        const distance = distanceTo(stretch.line, x, y);
        if (distance < least) [best, least] = [stretch, distance];
      }
      return { corridors: best?.corridors ?? [], byIncidents: best !== null && (looks[0][all.indexOf(best)]?.byIncidents ?? false) };
    },
  };
}
