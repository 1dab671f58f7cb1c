// The bars under the slider: incidents a unit of time after the filters, stacked by side, actor or type. A canvas; its key
// says in words how many there are of each, and the slider what a step holds.

import { formatMonth, formatNumber, label } from "../format";
import { t } from "../i18n/index";
import { byId } from "../dom";
import { barHue } from "../draw/palette";
import type { Palette } from "../draw/palette";
import type { MapHandle } from "../leaflet";
import { throttled } from "../panel/parts";
import { startOf, toDate, unitEnd, unitIndex, unitStart } from "../calendar";
import type { Unit } from "../calendar";
import { binIncidents } from "../data/bins";
import type { Bins } from "../data/bins";
import type { Page } from "../page";
import type { StackName } from "../state";
import { SIDES } from "../types";
import type { Axis } from "./axis";

const AXIS_HEIGHT = 16;

export type Fill = string | CanvasPattern;

export interface Stack {
  /** Series of each row. */
  codes: Uint8Array;
  /** In the order of stacking, from the floor. */
  names: () => string[];
  fills: (context: CanvasRenderingContext2D, palette: Palette) => Fill[];
  /** A symbol for the key, drawn at (0, 0). */
  mark?: (context: CanvasRenderingContext2D, palette: Palette, series: number) => void;
}

/** Follows the filters and the map's view; drawn anew only when one of them, the stretch of time, or the colours change. */
export function mountHistogram(
  canvas: HTMLCanvasElement,
  page: Page,
  axis: () => Axis,
  map: MapHandle,
): { redraw: () => void; follow: () => void } {
  const { store } = page;
  const cache = new Map<Unit, Bins>();
  let drawn = "";
  let more: typeof import("./stacks") | null = null;
  /** What is drawn: until another stack has come, the sides. */
  const shown = (): StackName => (more ? store.get().stack : "side");
  let stack: Stack;
  const stackOf = (passes: (row: number) => boolean): Stack => {
    const name = shown();
    if (more && name !== "side") return name === "actor" ? more.actorStack(page, passes) : more.typeStack(page);
    return {
      codes: page.data.incidents.side,
      names: () => SIDES.map((side) => label("side", side)),
      fills: (_, palette) => SIDES.map((side) => barHue(palette, side)),
    };
  };
  const bins = (unit: Unit) => {
    let found = cache.get(unit);
    if (!found) {
      const table = page.data.incidents;
      const [west, north, east, south] = map.worldBounds();
      const inside = Uint8Array.from(table.spots.x, (x, i) => {
        const y = table.spots.y[i]!;
        return x >= west && x <= east && y >= north && y <= south ? 1 : 0;
      });
      const { fails } = page;
      const passes = (row: number) => fails[row] === 0 && inside[table.spot[row]!] === 1;
      stack = stackOf(passes);
      found = binIncidents(table, passes, page.data.span, unit, stack.codes, stack.names().length);
      cache.set(unit, found);
    }
    return found;
  };

  const paint = () => {
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
    const view = axis();
    drawn = `${view.from}/${view.to}/${view.bin}`;
    const by = t(`stack.${shown()}`);
    byId("caption").textContent = t(`player.caption.${view.bin === "week" ? "week" : "month"}`, { by });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const data = bins(view.bin);
    drawBars(context, page.palette(), data, stack.fills(context, page.palette()), view, width, height);
  };

  const redraw = () => {
    paint();
    more?.writeKey(page, stack, bins(axis().bin).counts);
  };

  const forget = () => {
    cache.clear();
    redraw();
  };
  const choice = byId<HTMLSelectElement>("stack");
  choice.addEventListener("change", () => store.set({ stack: choice.value as StackName }));
  const choose = () => {
    const { stack: name } = store.get();
    choice.value = name;
    forget();
    if (more) return;
    void import("./stacks").then(
      (module) => {
        more = module;
        forget();
      },
      // Without a connection the choice falls back to what can be drawn.
      () => store.set({ stack: "side" }),
    );
  };
  store.subscribe(["stack"], choose);
  choose();
  store.subscribe(["filters"], forget);
  page.bus.on("data", forget);
  page.bus.on("moved", throttled(150, forget));
  return {
    redraw,
    /** Another stretch of time is another picture; within one, only the band moves. */
    follow() {
      const view = axis();
      if (`${view.from}/${view.to}/${view.bin}` !== drawn) paint();
    },
  };
}

function drawBars(context: CanvasRenderingContext2D, palette: Palette, data: Bins, fills: Fill[], view: Axis, width: number, height: number): void {
  const x = (day: number) => view.x(day, width);
  const floor = height - AXIS_HEIGHT;
  drawTicks(context, view, width, height, floor, palette.muted, palette.regionLine);
  const rowHeight = (floor - 4) / data.peak;
  const firstBin = Math.max(0, unitIndex(view.from, view.bin) - data.first);
  const lastBin = Math.min(data.count - 1, unitIndex(view.to, view.bin) - data.first);
  for (let bin = firstBin; bin <= lastBin; bin++) {
    const left = x(unitStart(data.first + bin, view.bin));
    const right = x(unitEnd(data.first + bin, view.bin) + 1);
    const barWidth = Math.max(1, right - left - (right - left > 4 ? 1 : 0.35));
    let top = floor;
    for (let series = 0; series < data.series; series++) {
      const tall = data.weights[bin * data.series + series]! * rowHeight;
      if (tall === 0) continue;
      top -= tall;
      context.fillStyle = fills[series]!;
      context.fillRect(left, top, barWidth, tall);
    }
  }
  context.strokeStyle = palette.border;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, floor + 0.5);
  context.lineTo(width, floor + 0.5);
  context.stroke();
  // The height of the tallest stack: without it the bars say nothing.
  context.font = '500 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  context.fillStyle = palette.muted;
  context.fillText(t("player.peak", { count: formatNumber(Math.round(data.peak)) }), 4, 10);
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
