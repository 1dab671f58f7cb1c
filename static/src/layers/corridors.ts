// Supply roads, coloured and dashed by the status reported for the last day of the window. Schematic lines between named places.

import { corridorStatus, leastSevere, stateAt } from "../data/history";
import { distanceTo, toLine } from "../data/geometry";
import type { Line } from "../data/geometry";
import { roadStrength, strokeRoad } from "../draw/roads";
import { trace } from "../draw/trace";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import type { CorridorStatus } from "../types";

interface Stretch {
  line: Line;
  /** Rows of `page.data.corridors` that use it. */
  corridors: number[];
}

/** Segments that several roads share, in either direction, are drawn once. */
export function stretches(corridors: { segments: { coordinates: [number, number][] }[] }[]): Stretch[] {
  const found = new Map<string, Stretch>();
  corridors.forEach((corridor, index) => {
    for (const { coordinates } of corridor.segments) {
      const ends = coordinates.map(([lon, lat]) => `${lon.toFixed(3)},${lat.toFixed(3)}`);
      const key = (ends[0]! < ends[ends.length - 1]! ? ends : ends.reverse()).join(" ");
      const stretch = found.get(key);
      if (!stretch) found.set(key, { line: toLine(coordinates), corridors: [index] });
      else if (!stretch.corridors.includes(index)) stretch.corridors.push(index);
    }
  });
  return [...found.values()];
}

const ORDER: CorridorStatus[] = ["unknown", ...CORRIDOR_STATUSES];

export function addCorridors(map: MapHandle, page: Page): { redraw: () => void; at: (x: number, y: number, reach: number) => number[] } {
  const all = stretches(page.data.corridors);
  const statuses: [CorridorStatus[], CorridorStatus[]] = [[], []];
  const strengths: [number[], number[]] = [[], []];
  let drawnAs = "";
  const take = (which: 0 | 1, day: number) => {
    const { corridors } = page.data;
    statuses[which] = corridors.map((corridor) => corridorStatus(corridor, day));
    strengths[which] = corridors.map((corridor) => roadStrength(day - Math.max(stateAt(corridor.states, day)?.from ?? day, -1e6)));
  };
  /** Answers whether anything looks different: most steps change no road. */
  const update = (): boolean => {
    const { selected } = page.store.get();
    take(0, page.day);
    if (page.otherScene) take(1, page.otherScene.day);
    else [statuses[1], strengths[1]] = [[], []];
    const looks = page.isOn("corridors") ? `${statuses.join("/")} ${strengths.join("/")} ${selected?.startsWith("corridor/") ? selected : ""}` : "off";
    const changed = looks !== drawnAs;
    drawnAs = looks;
    return changed;
  };
  update();
  const redraw = map.addCanvas("corridors", (context, frame, which) => {
    if (!page.isOn("corridors")) return;
    const palette = page.palette();
    const { selected } = page.store.get();
    const drawn = all
      .map((stretch) => {
        const status = leastSevere(stretch.corridors.map((i) => statuses[which][i] ?? "unknown"));
        // Of the roads with the status that is drawn, the latest report.
        const strength = Math.max(0.5, ...stretch.corridors.filter((i) => statuses[which][i] === status).map((i) => strengths[which][i]!));
        return { stretch, status, strength };
      })
      .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
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
    for (const { stretch, status, strength } of drawn) {
      const path = () => {
        context.beginPath();
        trace(context, frame, stretch.line);
      };
      strokeRoad(context, palette, status, path, status === "unknown" ? 1 : strength);
    }
  });
  page.store.subscribe(["from", "to", "mode", "layers", "selected", "other"], () => {
    if (update()) redraw();
  });
  return {
    redraw,
    at(x, y, reach) {
      if (!page.isOn("corridors")) return [];
      let best: Stretch | null = null;
      let least = reach;
      for (const stretch of all) {
        const distance = distanceTo(stretch.line, x, y);
        if (distance < least) [best, least] = [stretch, distance];
      }
      return best?.corridors ?? [];
    },
  };
}
