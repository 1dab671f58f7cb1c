// The bars under the slider: records a unit of time, stacked by side, after the filters. A canvas; the slider says it in words.

import { formatMonth } from "../format";
import { startOf, toDate, unitEnd, unitIndex, unitStart } from "../calendar";
import type { Unit } from "../calendar";
import { binIncidents } from "../data/bins";
import type { Bins } from "../data/bins";
import type { Page } from "../page";
import { SIDES } from "../types";
import type { Axis } from "./axis";

const AXIS_HEIGHT = 16;

export function mountHistogram(canvas: HTMLCanvasElement, page: Page, axis: () => Axis): () => void {
  const cache = new Map<Unit, Bins>();
  const bins = (unit: Unit) => {
    let found = cache.get(unit);
    if (!found) {
      found = binIncidents(page.data.incidents, page.mask, page.data.span, unit, page.data.incidents.side, SIDES.length);
      cache.set(unit, found);
    }
    return found;
  };

  const draw = () => {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const palette = page.palette();
    const { from, to } = page.store.get();
    const view = axis();
    const x = (day: number) => view.x(day, width);
    const floor = height - AXIS_HEIGHT;

    drawTicks(context, view, width, height, floor, palette.muted, palette.regionLine);

    const data = bins(view.bin);
    const rowHeight = (floor - 4) / data.peak;
    const firstBin = Math.max(0, unitIndex(view.from, view.bin) - data.first);
    const lastBin = Math.min(data.count - 1, unitIndex(view.to, view.bin) - data.first);
    for (let bin = firstBin; bin <= lastBin; bin++) {
      const start = unitStart(data.first + bin, view.bin);
      const end = unitEnd(data.first + bin, view.bin);
      const left = x(start);
      const barWidth = Math.max(1, x(end + 1) - left - (x(end + 1) - left > 4 ? 1 : 0.35));
      context.globalAlpha = end >= from && start <= to ? 1 : 0.55;
      let top = floor;
      for (let side = 0; side < SIDES.length; side++) {
        const weight = data.weights[bin * data.series + side]!;
        if (weight === 0) continue;
        const tall = weight * rowHeight;
        top -= tall;
        context.fillStyle = SIDES[side] === "islamic_state" && palette.ink !== "#26221c" ? "#d9d4c8" : palette.sides[SIDES[side]!];
        context.fillRect(left, top, barWidth, tall);
      }
    }
    context.globalAlpha = 1;
    context.strokeStyle = palette.border;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, floor + 0.5);
    context.lineTo(width, floor + 0.5);
    context.stroke();
  };

  page.store.subscribe(["filters"], () => cache.clear());
  return draw;
}

/** Years, and months where they have room. */
function drawTicks(
  context: CanvasRenderingContext2D,
  view: Axis,
  width: number,
  height: number,
  floor: number,
  ink: string,
  line: string,
): void {
  context.font = '500 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  context.textBaseline = "alphabetic";
  context.fillStyle = ink;
  context.strokeStyle = line;
  context.lineWidth = 1;
  const yearWidth = view.x(view.from + 365, width) - view.x(view.from, width);
  const every = yearWidth >= 34 ? 1 : yearWidth >= 17 ? 2 : 5;
  const firstYear = toDate(view.from).getUTCFullYear();
  const lastYear = toDate(view.to).getUTCFullYear();
  let written = -Infinity;
  for (let year = firstYear; year <= lastYear; year++) {
    const left = Math.round(view.x(Date.UTC(year, 0, 1) / 86_400_000, width)) + 0.5;
    context.beginPath();
    context.moveTo(left, 0);
    context.lineTo(left, height - (year % every === 0 ? 0 : AXIS_HEIGHT - 4));
    context.stroke();
    // The last year is named even where only a part of it has room.
    const labelX = Math.min(Math.max(left + 4, 3), width - 25);
    if ((year % every === 0 || year === lastYear) && labelX > written + 4) {
      context.fillText(String(year), labelX, height - 4);
      written = labelX + 25;
    }
  }
  if (yearWidth < 300) return;
  for (let day = startOf(view.from, "month"); day <= view.to; day = startOf(day + 32, "month")) {
    const month = toDate(day).getUTCMonth();
    if (month === 0) continue;
    const left = Math.round(view.x(day, width)) + 0.5;
    context.beginPath();
    context.moveTo(left, floor);
    context.lineTo(left, floor + (yearWidth >= 700 ? AXIS_HEIGHT : 4));
    context.stroke();
    if (yearWidth >= 700) context.fillText(formatMonth(day), left + 4, height - 4);
  }
}
