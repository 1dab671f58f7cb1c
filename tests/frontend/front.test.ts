import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay } from "../../static/src/calendar";
import { countsOn, frontOf, lookOn, monthEnd, monthOn, quarterName, quarterOf, quartersUpTo, shown, standingOf, windowOn } from "../../static/src/data/front";
import { shadeOf } from "../../static/src/draw/front";

const day = (text: string) => parseDay(text)!;

const front = frontOf({
  actor: "JNIM",
  cell_km: 30,
  active_days: 90,
  cells: [
    { cell: "2:2", bbox: [0.3, 13, 0.6, 13.3], first: "2019-05-02", precision: "month", last: "2019-05-02", active: [["2019-05-02", "2019-07-31"]], events: 1, settlements: 0 },
    { cell: "1:1", bbox: [-4, 14, -3.7, 14.3], first: "2017-03-05", precision: "day", last: "2020-01-02", active: [["2017-03-05", "2017-06-03"], ["2020-01-02", "2020-04-01"]], events: 2, settlements: 2 },
    { cell: "9:9", bbox: [0, 0, 1, 1], first: "no date", precision: "day", last: "", active: [], events: 1, settlements: 0 },
  ],
  left_out: { unplaced: 1, area_only: 7, year_only: 2 },
});

test("cells come in the order of the first report; what has no day is left out", () => {
  assert.deepEqual(front.cells.map(({ id }) => id), ["1:1", "2:2"]);
  assert.deepEqual(front.quarters.map(quarterName), ["2017-Q1", "2019-Q2"]);
  assert.equal(front.leftOut, 10);
  const [left, top, right, bottom] = front.cells[0]!.box;
  assert.ok(left < right && top < bottom);
});

test("a cell is ahead, active or silent, never in between", () => {
  const [cell] = front.cells;
  for (const [date, standing] of [
    ["2017-03-04", "ahead"],
    ["2017-03-05", "active"],
    ["2017-06-03", "active"],
    ["2017-06-04", "silent"],
    ["2020-01-01", "silent"],
    ["2020-01-02", "active"],
  ] as const) {
    assert.equal(standingOf(cell!, day(date)), standing, date);
  }
});

test("counts of a day are of what was reported by then", () => {
  assert.deepEqual(countsOn(front, day("2016-01-01")), { reached: 0, active: 0 });
  assert.deepEqual(countsOn(front, day("2019-06-01")), { reached: 2, active: 1 });
  assert.deepEqual(countsOn(front, day("2025-06-01")), { reached: 2, active: 0 });
  assert.deepEqual(["2016-01-01", "2019-06-01", "2020-02-01", "2025-06-01"].map((date) => lookOn(front, day(date))), ["", "sa", "as", "ss"]);
  assert.deepEqual(quartersUpTo(front, day("2018-01-01")), [{ quarter: quarterOf(day("2017-02-01")), cells: 1 }]);
});

test("months and windows are looked up by day; nothing ahead of them", () => {
  const months = [{ month: "2024-01" }, { month: "2024-02" }];
  assert.equal(monthOn(months, day("2024-02-29"))?.month, "2024-02");
  assert.equal(monthOn(months, day("2024-03-01")), null);
  assert.equal(monthEnd("2024-02"), day("2024-02-29"));
  assert.equal(monthEnd("2023-12"), day("2023-12-31"));
  const windows = [{ from: "2024-01-01", to: "2024-03-30" }, { from: "2024-03-31", to: "2024-06-28" }];
  assert.equal(windowOn(windows, day("2024-03-29")), null);
  assert.equal(windowOn(windows, day("2024-06-27")), windows[0]);
  assert.equal(windowOn(windows, day("2024-06-28")), windows[1]);
  assert.deepEqual([shown("insufficient_evidence"), shown("not_computable"), shown(3)], [null, null, 3]);
});

test("later quarters are lighter, in even steps, so that the ramp reads without colour", () => {
  const light = (shade: string) => {
    const [r, g, b] = [...shade.matchAll(/\d+/g)].map((match) => {
      const c = Number(match[0]) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    const y = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
  };
  const steps = [0, 1, 2, 3, 4].map((quarter) => light(shadeOf(quarter, [0, 4])));
  for (let i = 1; i < steps.length; i++) assert.ok(steps[i]! - steps[i - 1]! > 9 && steps[i]! - steps[i - 1]! < 18, steps.join(" "));
  assert.equal(shadeOf(5, [5, 5]), shadeOf(0, [0, 4]));
});
