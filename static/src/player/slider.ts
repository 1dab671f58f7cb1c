// The time strip: two thumbs that are sliders for keyboard and screen reader, a band between them, and a brush on the bars.

import { clockDay, isoDay, snapWindow, stepWindow, unitIndex } from "../calendar";
import type { Span } from "../calendar";
import { byId } from "../dom";
import { formatCounts, formatDay, formatLead } from "../format";
import { t } from "../i18n/index";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { axisFor } from "./axis";
import type { Clock } from "./clock";
import { mountHistogram } from "./histogram";

export function describe(page: Page): string {
  const { incidents, deaths } = page.selection;
  return formatLead(page.scene.window, formatCounts(incidents, deaths));
}

export function mountSlider(page: Page, clock: Clock, map: MapHandle): { redraw: () => void } {
  const strip = byId("strip");
  const band = byId("band");
  const before = byId("shade-before");
  const after = byId("shade-after");
  const clockThumb = byId("thumb-end");
  const otherThumb = byId("thumb-start");
  const { store } = page;
  const { span } = page.data;
  const axis = () => axisFor({ from: page.scene.window.from, to: page.scene.window.to }, store.get().unit, span, page.day);
  const histogram = mountHistogram(byId<HTMLCanvasElement>("histogram"), page, axis, map);

  const place = () => {
    const { from, to, unit, mode } = store.get();
    const view = axis();
    const left = Math.max(0, view.x(from, 100));
    const right = Math.min(100, view.x(to + 1, 100));
    const remaining = mode === "remaining";
    band.style.left = `${left}%`;
    band.style.width = `${Math.max(right - left, 0)}%`;
    before.style.width = `${left}%`;
    after.style.left = `${right}%`;
    clockThumb.style.left = `${remaining ? left : right}%`;
    otherThumb.style.left = `${remaining ? right : left}%`;
    otherThumb.hidden = mode === "instant";
    const [day, other] = remaining ? [from, to] : [to, from];
    for (const [thumb, at] of [[clockThumb, day], [otherThumb, other]] as const) {
      thumb.setAttribute("aria-valuemin", String(unitIndex(span.from, unit)));
      thumb.setAttribute("aria-valuemax", String(unitIndex(span.to, unit)));
      thumb.setAttribute("aria-valuenow", String(unitIndex(at, unit)));
      thumb.dataset.day = isoDay(at);
    }
    clockThumb.setAttribute("aria-valuetext", describe(page));
    otherThumb.setAttribute("aria-label", t(remaining ? "player.endOf" : "player.start"));
    otherThumb.setAttribute("aria-valuetext", t(remaining ? "player.endValue" : "player.startValue", { date: formatDay(other) }));
    histogram.follow();
  };

  const redraw = () => {
    place();
    histogram.redraw();
  };
  store.subscribe(["from", "to", "unit", "mode", "filters"], place);
  page.bus.on("data", redraw);
  new ResizeObserver(redraw).observe(strip);

  const move = (window: Span) => store.set({ from: window.from, to: window.to });

  /** The thumb that is not the clock, moved by units; the clock stays. */
  const moveOther = (count: number) => {
    const { from, to, unit, mode } = store.get();
    if (mode === "remaining") {
      const moved = stepWindow({ from: to, to }, "instant", unit, count, span);
      if (moved.to >= from) move({ from, to: moved.to });
      return;
    }
    const moved = stepWindow({ from, to: from }, "instant", unit, count, span);
    if (moved.from <= to) move({ from: moved.from, to });
  };

  clockThumb.addEventListener("keydown", (event) => {
    const steps = keySteps(event.key);
    if (steps === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Home") clock.jump("first");
    else if (event.key === "End") clock.jump("last");
    else clock.step(steps);
  });
  otherThumb.addEventListener("keydown", (event) => {
    const steps = keySteps(event.key);
    if (steps === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { from, to, unit, mode } = store.get();
    const day = clockDay({ from, to }, mode);
    const near = snapWindow(day, day, unit, span);
    if (event.key === "Home") move(mode === "remaining" ? { from, to: near.to } : { from: span.from, to });
    else if (event.key === "End") move(mode === "remaining" ? { from, to: span.to } : { from: near.from, to });
    else moveOther(steps);
  });

  brush(strip, (event) => {
    const rect = strip.getBoundingClientRect();
    const view = axis();
    const dayAt = (x: number) => view.day(Math.min(Math.max(x - rect.left, 0), rect.width - 0.01), rect.width);
    const grabbed = dayAt(event.clientX);
    const begin = { ...store.get() };
    const { unit } = begin;
    const thumb = event.target === clockThumb ? "clock" : event.target === otherThumb ? "other" : null;
    const sliding = begin.mode === "window" || begin.mode === "instant";
    const onBand = event.target === band && sliding;
    store.set({ playing: false });
    return {
      drag(x) {
        const day = dayAt(x);
        const unitOf = snapWindow(day, day, unit, span);
        if (begin.mode === "instant") move(unitOf);
        else if (begin.mode === "remaining") {
          if (thumb === "other") move({ from: begin.from, to: Math.max(unitOf.to, begin.from) });
          else move({ from: Math.min(unitOf.from, begin.to), to: begin.to });
        } else if (thumb === "other") move(snapWindow(Math.min(day, begin.to), begin.to, unit, span));
        else if (thumb === "clock" || begin.mode === "cumulative") move({ from: begin.from, to: Math.max(unitOf.to, begin.from) });
        else if (onBand) move(stepWindow(begin, begin.mode, unit, unitIndex(day, unit) - unitIndex(grabbed, unit), span));
        else move(snapWindow(grabbed, day, unit, span));
      },
      click() {
        if (thumb) return;
        const target = unitIndex(grabbed, unit) - unitIndex(clockDay(begin, begin.mode), unit);
        move(stepWindow(begin, begin.mode, unit, target, span));
      },
    };
  });
  redraw();
  return { redraw };
}

function keySteps(key: string): number | null {
  if (key === "ArrowRight" || key === "ArrowUp") return 1;
  if (key === "ArrowLeft" || key === "ArrowDown") return -1;
  if (key === "PageUp") return 10;
  if (key === "PageDown") return -10;
  return key === "Home" || key === "End" ? 0 : null;
}

interface Drag {
  drag: (x: number) => void;
  click: () => void;
}

/** Pointer handling: a press that moves more than 3 pixels drags, any other is a click. One step a frame, the newest target wins. */
function brush(strip: HTMLElement, begin: (event: PointerEvent) => Drag): void {
  strip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const drag = begin(event);
    let moved = false;
    let target: number | null = null;
    strip.setPointerCapture(event.pointerId);
    const paint = () => {
      if (target !== null) drag.drag(target);
      target = null;
    };
    const onMove = (next: PointerEvent) => {
      if (!moved && Math.abs(next.clientX - event.clientX) < 3) return;
      moved = true;
      if (target === null) requestAnimationFrame(paint);
      target = next.clientX;
    };
    const onEnd = () => {
      strip.removeEventListener("pointermove", onMove);
      strip.removeEventListener("pointerup", onEnd);
      strip.removeEventListener("pointercancel", onEnd);
      if (!moved) drag.click();
      else paint();
    };
    strip.addEventListener("pointermove", onMove);
    strip.addEventListener("pointerup", onEnd);
    strip.addEventListener("pointercancel", onEnd);
  });
}
