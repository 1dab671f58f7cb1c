// A strip of time: periods as coloured segments over the whole span, for the pointer, the keyboard and the screen reader alike.

import { toDate, unitIndex, unitStart } from "../calendar";
import type { Day, Span } from "../calendar";
import { el } from "../dom";
import type { Palette } from "../draw/palette";

export interface Segment {
  /** Within the span, both included. */
  from: Day;
  to: Day;
  /** The same in words, dates included. */
  words: string;
  paint: (context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number) => void;
}

export interface Strip {
  node: HTMLElement;
  /** Marks the day and the segment that it lies in. */
  update: (day: Day) => void;
}

const HEIGHT = 26;
const AXIS = 16;
let count = 0;

/** `choose` is called with the segment that the reader wants to see. */
export function strip(name: string, segments: Segment[], span: Span, palette: () => Palette, choose: (segment: Segment) => void): Strip {
  const prefix = `strip-${(count += 1)}`;
  const canvas = el("canvas", { "aria-hidden": "true" });
  const cursor = el("div", { class: "cursor" });
  const words = el("p", { class: "quiet strip-words", "aria-hidden": "true" });
  const share = (day: Day) => (day - span.from) / Math.max(1, span.to + 1 - span.from);
  const options = segments.map((segment, i) => {
    const option = el("div", { role: "option", id: `${prefix}-${i}`, "aria-label": segment.words, "aria-selected": "false" });
    option.style.left = `${100 * share(segment.from)}%`;
    option.style.width = `${100 * (share(segment.to + 1) - share(segment.from))}%`;
    return option;
  });
  const list = el("div", { class: "strip-list", role: "listbox", tabindex: "0", "aria-label": name }, canvas, ...options, cursor);
  const node = el("div", { class: "strip", dir: "ltr" }, list);
  let current = -1;
  let active = -1;
  const activate = (i: number) => {
    active = i;
    options.forEach((option, at) => option.classList.toggle("active", at === i && list.matches(":focus")));
    if (i >= 0) list.setAttribute("aria-activedescendant", `${prefix}-${i}`);
    words.textContent = segments[i]?.words ?? "";
  };
  list.addEventListener("focus", () => activate(active < 0 ? Math.max(0, current) : active));
  list.addEventListener("blur", () => activate(current));
  list.addEventListener("keydown", (event) => {
    const last = segments.length - 1;
    const to = { ArrowLeft: active - 1, ArrowUp: active - 1, ArrowRight: active + 1, ArrowDown: active + 1, Home: 0, End: last }[event.key];
    const chooses = event.key === "Enter" || event.key === " ";
    if (to === undefined && !chooses) return;
    event.preventDefault();
    if (to !== undefined) activate(Math.min(last, Math.max(0, to)));
    else {
      const segment = segments[active];
      if (segment) choose(segment);
    }
  });
  const under = (event: MouseEvent) => {
    const box = list.getBoundingClientRect();
    const day = span.from + ((event.clientX - box.left) / box.width) * (span.to + 1 - span.from);
    return segments.findIndex(({ from, to }) => from <= day && day < to + 1);
  };
  list.addEventListener("click", (event) => {
    const segment = segments[under(event)];
    if (segment) choose(segment);
  });
  list.addEventListener("pointermove", (event) => (words.textContent = segments[under(event)]?.words ?? ""));
  list.addEventListener("pointerleave", () => (words.textContent = segments[list.matches(":focus") ? active : current]?.words ?? ""));

  const draw = () => {
    const width = list.clientWidth;
    const pen = canvas.getContext("2d");
    if (width === 0 || !pen) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round((HEIGHT + AXIS) * ratio)];
    pen.scale(ratio, ratio);
    const colours = palette();
    for (const { from, to, paint } of segments) {
      const left = Math.round(share(from) * width);
      paint(pen, left, 0, Math.max(1, Math.round(share(to + 1) * width) - left), HEIGHT);
    }
    pen.strokeStyle = colours.border;
    pen.strokeRect(0.5, 0.5, width - 1, HEIGHT - 1);
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = colours.muted;
    pen.textBaseline = "bottom";
    const years = unitIndex(span.to, "year") - unitIndex(span.from, "year") + 1;
    const every = Math.max(1, Math.ceil((years * 38) / width));
    for (let year = unitIndex(span.from, "year"); year <= unitIndex(span.to, "year"); year++) {
      const start = unitStart(year, "year");
      const x = Math.round(share(start) * width);
      const number = toDate(start).getUTCFullYear();
      if (x < 0 || number % every !== 0) continue;
      pen.fillRect(x, HEIGHT, 1, 4);
      if (x + 26 < width) pen.fillText(String(number), x + 3, HEIGHT + AXIS);
    }
  };
  new ResizeObserver(draw).observe(list);
  return {
    node: el("div", { class: "strip-box" }, node, words),
    update(day) {
      cursor.style.left = `${100 * Math.min(1, Math.max(0, share(day)))}%`;
      current = segments.findIndex(({ from, to }) => from <= day && day <= to);
      options.forEach((option, i) => option.setAttribute("aria-selected", String(i === current)));
      if (!list.matches(":focus")) activate(current);
    },
  };
}
