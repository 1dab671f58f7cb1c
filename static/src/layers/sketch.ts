// The area that the reader draws for a report, while it is drawn and afterwards.

import { byId } from "../dom";
import { trace } from "../draw/trace";
import { areaLine } from "../data/geometry";
import { worldX, worldY } from "../data/mercator";
import { t } from "../i18n/index";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";

/** Degrees of a corner in the hash: a hundred metres are finer than any hand. */
const degrees = (value: number) => String(Number(value.toFixed(3)));

export function addSketch(map: MapHandle, page: Page): { redraw: () => void; busy: () => boolean } {
  let corners: [number, number][] | null = null;
  const note = byId("sketch-note");

  const redraw = map.addCanvas("sketch", (context, frame) => {
    const palette = page.palette();
    const selected = page.store.get().selected;
    const line = selected?.startsWith("area/") ? areaLine(selected.slice(5)) : null;
    context.lineWidth = 2;
    context.strokeStyle = palette.ink;
    if (line && !corners) {
      context.beginPath();
      trace(context, frame, line, true);
      context.globalAlpha = 0.08;
      context.fillStyle = palette.ink;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash([7, 4]);
      context.stroke();
      context.setLineDash([]);
    }
    if (!corners || corners.length === 0) return;
    context.beginPath();
    corners.forEach(([lon, lat], i) => {
      const x = worldX(lon) * frame.scale - frame.originX;
      const y = worldY(lat) * frame.scale - frame.originY;
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
    for (const [lon, lat] of corners) {
      context.beginPath();
      context.arc(worldX(lon) * frame.scale - frame.originX, worldY(lat) * frame.scale - frame.originY, 4.5, 0, 2 * Math.PI);
      context.fillStyle = palette.paper;
      context.fill();
      context.stroke();
    }
  });

  const end = () => {
    corners = null;
    note.hidden = true;
    map.hold(false);
    map.container.classList.remove("drawing");
    redraw();
  };
  const finish = () => {
    const drawn = corners ?? [];
    end();
    if (drawn.length >= 3) page.store.set({ selected: `area/${drawn.flat().map(degrees).join(",")}` });
  };
  byId("draw-area").addEventListener("click", () => {
    if (corners) return finish();
    corners = [];
    page.store.set({ selected: null, playing: false });
    note.textContent = t("report.drawing");
    note.hidden = false;
    map.hold(true);
    map.container.classList.add("drawing");
  });
  map.onClick((x, y) => {
    if (!corners) return;
    const [lon, lat] = map.toDegrees(x, y);
    const first = corners[0];
    if (first && corners.length >= 3) {
      const start = map.toScreen(...first);
      if (Math.hypot(start.x - x, start.y - y) < 14) return finish();
    }
    corners.push([lon, lat]);
    redraw();
  });
  map.container.addEventListener("dblclick", finish);
  document.addEventListener("keydown", (event) => {
    if (!corners || (event.key !== "Escape" && event.key !== "Enter")) return;
    event.preventDefault();
    if (event.key === "Escape") end();
    else finish();
  }, { capture: true });
  // The keyboard's way: what is in view.
  byId("view-area").addEventListener("click", () => {
    const [west, south, east, north] = map.bounds();
    page.store.set({ selected: `area/${[west, south, east, south, east, north, west, north].map(degrees).join(",")}` });
  });
  page.store.subscribe(["selected"], redraw);
  return { redraw, busy: () => corners !== null };
}
