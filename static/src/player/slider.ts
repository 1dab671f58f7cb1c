// The time strip: two thumbs that are sliders for keyboard and screen reader, a band between them, and a brush on the bars.

import { isoDay, snapWindow, stepWindow, unitIndex } from "../calendar";
import type { Span } from "../calendar";
import { byId } from "../dom";
import { formatCounts, formatDay, formatLead } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { axisFor } from "./axis";
import type { Clock } from "./clock";
import { mountHistogram } from "./histogram";

export function describe(page: Page): string {
  const { indices, deaths } = page.selection;
  return formatLead(page.store.get(), formatCounts(indices.length, deaths));
}

export function mountSlider(page: Page, clock: Clock): { redraw: () => void } {
  const strip = byId("strip");
  const band = byId("band");
  const endThumb = byId("thumb-end");
  const startThumb = byId("thumb-start");
  const { store } = page;
  const { span } = page.data;
  const axis = () => axisFor(store.get(), store.get().unit, span);
  const drawBars = mountHistogram(byId<HTMLCanvasElement>("histogram"), page, axis);

  const place = () => {
    const { from, to, unit, mode } = store.get();
    const view = axis();
    const left = Math.max(0, view.x(from, 100));
    const right = Math.min(100, view.x(to + 1, 100));
    band.style.left = `${left}%`;
    band.style.width = `${Math.max(right - left, 0)}%`;
    endThumb.style.left = `${right}%`;
    startThumb.style.left = `${left}%`;
    startThumb.hidden = mode === "instant";
    for (const [thumb, day] of [[endThumb, to], [startThumb, from]] as const) {
      thumb.setAttribute("aria-valuemin", String(unitIndex(span.from, unit)));
      thumb.setAttribute("aria-valuemax", String(unitIndex(span.to, unit)));
      thumb.setAttribute("aria-valuenow", String(unitIndex(day, unit)));
      thumb.dataset.day = isoDay(day);
    }
    byId("caption").textContent = t(`player.caption.${view.bin === "week" ? "week" : "month"}`);
    endThumb.setAttribute("aria-valuetext", describe(page));
    startThumb.setAttribute("aria-valuetext", t("player.startValue", { date: formatDay(from) }));
  };

  const redraw = () => {
    place();
    drawBars();
  };
  store.subscribe(["from", "to", "unit", "mode", "filters"], redraw);
  new ResizeObserver(redraw).observe(strip);

  const move = (window: Span) => store.set({ from: window.from, to: window.to });

  /** The start moved by units; the end stays. */
  const moveStart = (count: number) => {
    const { from, to, unit } = store.get();
    const moved = stepWindow({ from, to: from }, "instant", unit, count, span);
    if (moved.from <= to) move({ from: moved.from, to });
  };

  endThumb.addEventListener("keydown", (event) => {
    const steps = keySteps(event.key);
    if (steps === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Home") clock.jump("first");
    else if (event.key === "End") clock.jump("last");
    else clock.step(steps);
  });
  startThumb.addEventListener("keydown", (event) => {
    const steps = keySteps(event.key);
    if (steps === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Home") move({ from: span.from, to: store.get().to });
    else if (event.key === "End") move(snapWindow(store.get().to, store.get().to, store.get().unit, span));
    else moveStart(steps);
  });

  brush(strip, (event) => {
    const rect = strip.getBoundingClientRect();
    const view = axis();
    const dayAt = (x: number) => view.day(Math.min(Math.max(x - rect.left, 0), rect.width - 0.01), rect.width);
    const grabbed = dayAt(event.clientX);
    const begin = store.get();
    const { unit } = begin;
    const thumb = event.target === endThumb ? "end" : event.target === startThumb ? "start" : null;
    const onBand = event.target === band && begin.mode !== "cumulative";
    store.set({ playing: false });
    return {
      drag(x) {
        const day = dayAt(x);
        if (thumb === "start") move(snapWindow(Math.min(day, begin.to), begin.to, unit, span));
        else if (thumb === "end" || begin.mode === "cumulative") dragEnd(day);
        else if (begin.mode === "instant") move(snapWindow(day, day, unit, span));
        else if (onBand) move(stepWindow(begin, begin.mode, unit, unitIndex(day, unit) - unitIndex(grabbed, unit), span));
        else move(snapWindow(grabbed, day, unit, span));
      },
      click() {
        if (thumb) return;
        const target = unitIndex(grabbed, unit) - unitIndex(begin.to, unit);
        move(stepWindow(begin, begin.mode, unit, target, span));
      },
    };
    function dragEnd(day: number): void {
      if (begin.mode === "instant") move(snapWindow(day, day, unit, span));
      else move({ from: begin.from, to: snapWindow(Math.max(day, begin.from), Math.max(day, begin.from), unit, span).to });
    }
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

/** Pointer handling: a press that moves more than 3 pixels drags, any other is a click. */
function brush(strip: HTMLElement, begin: (event: PointerEvent) => Drag): void {
  strip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const drag = begin(event);
    let moved = false;
    strip.setPointerCapture(event.pointerId);
    const onMove = (next: PointerEvent) => {
      if (!moved && Math.abs(next.clientX - event.clientX) < 3) return;
      moved = true;
      drag.drag(next.clientX);
    };
    const onEnd = () => {
      strip.removeEventListener("pointermove", onMove);
      strip.removeEventListener("pointerup", onEnd);
      strip.removeEventListener("pointercancel", onEnd);
      if (!moved) drag.click();
    };
    strip.addEventListener("pointermove", onMove);
    strip.addEventListener("pointerup", onEnd);
    strip.addEventListener("pointercancel", onEnd);
  });
}
