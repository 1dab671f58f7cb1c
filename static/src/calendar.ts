// Calendar arithmetic on UTC days: parsing, units (day, ISO week, month, year) and the windows a player steps through.
// Pure; holds no wording (format.ts) and no state (state.ts).

/** Days since 1970-01-01, UTC. */
export type Day = number;

export const UNITS = ["day", "week", "month", "year"] as const;
export type Unit = (typeof UNITS)[number];

/** `remaining` runs from the date to the end of the span: cumulative from the end. */
export const MODES = ["instant", "window", "cumulative", "remaining"] as const;
export type Mode = (typeof MODES)[number];

/** Both ends inclusive. */
export interface Span {
  from: Day;
  to: Day;
}

const DAY_MS = 86_400_000;

/** `2025-10-01`, or the date of an RFC 3339 instant; anything else is null. */
export function parseDay(text: string | null | undefined): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? "");
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return ms / DAY_MS;
}

export function toDate(day: Day): Date {
  return new Date(day * DAY_MS);
}

export function isoDay(day: Day): string {
  return toDate(day).toISOString().slice(0, 10);
}

/** A running number of the unit that holds the day; neighbours differ by one. Weeks start on Monday. */
export function unitIndex(day: Day, unit: Unit): number {
  if (unit === "day") return day;
  if (unit === "week") return Math.floor((day + 3) / 7); // 1970-01-01 was a Thursday
  const date = toDate(day);
  const year = date.getUTCFullYear();
  return unit === "year" ? year : year * 12 + date.getUTCMonth();
}

export function unitStart(index: number, unit: Unit): Day {
  if (unit === "day") return index;
  if (unit === "week") return index * 7 - 3;
  if (unit === "year") return Date.UTC(index, 0, 1) / DAY_MS;
  return Date.UTC(Math.floor(index / 12), ((index % 12) + 12) % 12, 1) / DAY_MS;
}

export function unitEnd(index: number, unit: Unit): Day {
  return unitStart(index + 1, unit) - 1;
}

export function startOf(day: Day, unit: Unit): Day {
  return unitStart(unitIndex(day, unit), unit);
}

export function endOf(day: Day, unit: Unit): Day {
  return unitEnd(unitIndex(day, unit), unit);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The window with both ends inside the span; one that lies wholly outside becomes the span's nearest day. */
export function clampWindow(window: Span, span: Span): Span {
  return { from: clamp(window.from, span.from, span.to), to: clamp(window.to, span.from, span.to) };
}

/** The day the clock stands at: the window's last, or its first where the window runs to the end. */
export function clockDay(window: Span, mode: Mode): Day {
  return mode === "remaining" ? window.from : window.to;
}

/** The window of the same kind that shows a day: a cumulative one keeps its start, one to the end its end, others their length. */
export function windowAt(window: Span, mode: Mode, day: Day): Span {
  if (mode === "cumulative") return { from: Math.min(window.from, day), to: day };
  if (mode === "remaining") return { from: day, to: Math.max(window.to, day) };
  return { from: day - (window.to - window.from), to: day };
}

/**
 * The window `count` units later (earlier when negative), snapped to whole units and kept inside the span.
 * A sliding window keeps its length in units; a cumulative one keeps its start, one that remains its end; an instant one is one unit long.
 */
export function stepWindow(window: Span, mode: Mode, unit: Unit, count: number, span: Span): Span {
  const first = unitIndex(span.from, unit);
  const last = unitIndex(span.to, unit);
  const target = clamp(unitIndex(clockDay(window, mode), unit) + count, first, last);
  if (mode === "remaining") return { from: clamp(unitStart(target, unit), span.from, window.to), to: window.to };
  const to = clamp(unitEnd(target, unit), span.from, span.to);
  if (mode === "cumulative") return { from: Math.min(window.from, to), to };
  if (mode === "instant") return { from: Math.max(unitStart(target, unit), span.from), to };
  const length = unitIndex(window.to, unit) - unitIndex(window.from, unit);
  const start = Math.max(target - length, first);
  // At the left end a window keeps its length instead of shrinking.
  const end = clamp(unitEnd(Math.min(Math.max(target, start + length), last), unit), span.from, span.to);
  return { from: Math.max(unitStart(start, unit), span.from), to: end };
}

/** First or last position of the window in the span. */
export function edgeWindow(window: Span, mode: Mode, unit: Unit, edge: "first" | "last", span: Span): Span {
  const far = unitIndex(span.to, unit) - unitIndex(span.from, unit) + 1;
  if (mode === "cumulative" && edge === "first") {
    return { from: window.from, to: Math.min(endOf(window.from, unit), span.to) };
  }
  return stepWindow(window, mode, unit, edge === "first" ? -far : far, span);
}

/** The window after a change of mode: cumulative starts at the span's start or ends at its end, a sliding one is three units long. */
export function windowForMode(window: Span, mode: Mode, unit: Unit, span: Span, before: Mode = "window"): Span {
  const day = clockDay(window, before);
  const at = unitIndex(day, unit);
  if (mode === "cumulative") return { from: span.from, to: before === "remaining" ? Math.min(unitEnd(at, unit), span.to) : window.to };
  if (mode === "remaining") return { from: Math.max(unitStart(at, unit), span.from), to: span.to };
  if (mode === "instant") return { from: Math.max(unitStart(at, unit), span.from), to: Math.min(unitEnd(at, unit), span.to) };
  return { from: Math.max(unitStart(at - 2, unit), span.from), to: Math.min(unitEnd(at, unit), span.to) };
}

/** A drawn or dragged range, snapped outwards to whole units and kept inside the span. */
export function snapWindow(a: Day, b: Day, unit: Unit, span: Span): Span {
  const low = clamp(Math.min(a, b), span.from, span.to);
  const high = clamp(Math.max(a, b), span.from, span.to);
  return { from: Math.max(startOf(low, unit), span.from), to: Math.min(endOf(high, unit), span.to) };
}
