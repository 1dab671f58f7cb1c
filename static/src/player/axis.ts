// Which stretch of time the strip under the slider shows, and where a day lies on it. Pure.
// Years and months show the whole span; weeks and days show a page of it, or a step would be thinner than a pixel.

import { startOf, toDate, unitStart } from "../calendar";
import type { Day, Span, Unit } from "../calendar";

export interface Axis extends Span {
  /** Width of a bar. */
  bin: Unit;
  /** Left edge of the day in pixels; the day after the last is the right end. */
  x: (day: Day, width: number) => number;
  day: (x: number, width: number) => Day;
}

/** `day` is where the clock stands: the page of the strip is the one that holds it. */
export function axisFor(window: Span, unit: Unit, span: Span, day: Day = window.to): Axis {
  let { from, to } = span;
  let bin: Unit = "month";
  if (unit === "week" || unit === "day") {
    const years = unit === "week" ? 3 : 1;
    const last = toDate(day).getUTCFullYear();
    // A page begins at a fixed year, so the strip does not slide under every step.
    const first = unit === "week" ? last - ((last - toDate(span.from).getUTCFullYear()) % years) : last;
    from = unitStart(first, "year");
    to = unitStart(first + years, "year") - 1;
    bin = "week";
    // Long windows reach back before the page: widen to hold them, up to the whole span.
    if (window.from < from) from = Math.max(startOf(window.from, "year"), span.from);
    to = Math.max(to, window.to);
    if (to - from > 6 * 366) bin = "month";
  }
  const length = to - from + 1;
  return {
    from,
    to,
    bin,
    x: (day, width) => ((day - from) / length) * width,
    day: (x, width) => Math.floor(from + (x / width) * length),
  };
}
