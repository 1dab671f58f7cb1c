import assert from "node:assert/strict";
import { test } from "node:test";
import { clampWindow, edgeWindow, endOf, isoDay, parseDay, snapWindow, startOf, stepWindow, unitEnd, unitIndex, unitStart, windowForMode } from "../../static/src/calendar";
import type { Mode, Span, Unit } from "../../static/src/calendar";

const day = (text: string) => parseDay(text)!;
const span: Span = { from: day("2012-01-01"), to: day("2026-10-06") };
const show = ({ from, to }: Span) => `${isoDay(from)}/${isoDay(to)}`;
const step = (from: string, to: string, mode: Mode, unit: Unit, count: number) =>
  show(stepWindow({ from: day(from), to: day(to) }, mode, unit, count, span));

test("a window of a link is kept inside the span and never reversed", () => {
  const clamped = (from: string, to: string) => show(clampWindow({ from: day(from), to: day(to) }, span));
  assert.equal(clamped("2050-01-01", "2060-01-01"), "2026-10-06/2026-10-06");
  assert.equal(clamped("1990-01-01", "1991-01-01"), "2012-01-01/2012-01-01");
  assert.equal(clamped("1990-01-01", "2060-01-01"), "2012-01-01/2026-10-06");
  assert.equal(clamped("2025-10-01", "2025-10-31"), "2025-10-01/2025-10-31");
});

test("a date is parsed and printed back, an instant gives its date, nonsense gives null", () => {
  for (const text of ["2012-01-01", "2024-02-29", "1969-12-31"]) assert.equal(isoDay(day(text)), text);
  assert.equal(isoDay(day("2025-10-31T23:59:59Z")), "2025-10-31");
  for (const text of ["2025-02-30", "2025-13-01", "25-1-1", "", null]) assert.equal(parseDay(text), null);
});

test("weeks begin on Monday, also before 1970", () => {
  assert.equal(isoDay(startOf(day("2025-11-09"), "week")), "2025-11-03");
  assert.equal(isoDay(startOf(day("2025-11-10"), "week")), "2025-11-10");
  assert.equal(isoDay(startOf(day("1969-12-30"), "week")), "1969-12-29");
});

test("units end where the next begins, leap years included", () => {
  assert.equal(isoDay(endOf(day("2024-02-10"), "month")), "2024-02-29");
  assert.equal(isoDay(endOf(day("2025-02-10"), "month")), "2025-02-28");
  assert.equal(isoDay(endOf(day("2025-02-10"), "year")), "2025-12-31");
  for (const unit of ["day", "week", "month", "year"] as const) {
    const index = unitIndex(day("2025-12-31"), unit);
    assert.equal(unitEnd(index, unit) + 1, unitStart(index + 1, unit));
  }
});

test("a sliding window keeps its length in months, not in days", () => {
  assert.equal(step("2025-01-01", "2025-02-28", "window", "month", 1), "2025-02-01/2025-03-31");
  assert.equal(step("2025-02-01", "2025-03-31", "window", "month", -1), "2025-01-01/2025-02-28");
});

test("a day step moves both ends by one day", () => {
  assert.equal(step("2025-11-03", "2025-11-09", "window", "day", 1), "2025-11-04/2025-11-10");
});

test("a cumulative window keeps its start", () => {
  assert.equal(step("2012-01-01", "2025-10-31", "cumulative", "month", 1), "2012-01-01/2025-11-30");
});

test("an instant window is one unit long", () => {
  assert.equal(step("2025-10-01", "2025-10-31", "instant", "month", 1), "2025-11-01/2025-11-30");
  assert.equal(step("2025-11-03", "2025-11-09", "instant", "week", -1), "2025-10-27/2025-11-02");
});

test("a window does not leave the span and does not shrink at its beginning", () => {
  assert.equal(step("2026-08-01", "2026-10-06", "window", "month", 5), "2026-08-01/2026-10-06");
  assert.equal(step("2012-02-01", "2012-04-30", "window", "month", -9), "2012-01-01/2012-03-31");
});

test("the edges are the first and the last full window", () => {
  const window = { from: day("2025-09-01"), to: day("2025-11-30") };
  assert.equal(show(edgeWindow(window, "window", "month", "first", span)), "2012-01-01/2012-03-31");
  assert.equal(show(edgeWindow(window, "window", "month", "last", span)), "2026-08-01/2026-10-06");
  assert.equal(show(edgeWindow({ from: span.from, to: span.to }, "cumulative", "month", "first", span)), "2012-01-01/2012-01-31");
});

test("a change of mode keeps the last day", () => {
  const window = { from: day("2025-09-01"), to: day("2025-11-30") };
  assert.equal(show(windowForMode(window, "cumulative", "month", span)), "2012-01-01/2025-11-30");
  assert.equal(show(windowForMode(window, "instant", "month", span)), "2025-11-01/2025-11-30");
});

test("a brushed range snaps outwards to units, whichever way it was drawn", () => {
  assert.equal(show(snapWindow(day("2025-11-05"), day("2025-09-20"), "month", span)), "2025-09-01/2025-11-30");
});
