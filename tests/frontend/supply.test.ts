import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDay, parseDay } from "../../static/src/calendar";
import { isUnreported, readingAt, runsOf, seriesOf, townGroups, townNamed } from "../../static/src/data/supply";
import type { Estimate, SupplyNumbers } from "../../static/src/data/supply";
import ar from "../../static/src/i18n/ar.json";
import en from "../../static/src/i18n/en.json";
import { setLanguage } from "../../static/src/i18n/index";
import { arcPath } from "../../static/src/panel/dial";
import { formatCount, formatRange, formatShare, formatSince } from "../../static/src/panel/figures";

const day = (text: string) => parseDay(text)!;

function estimate(value: number, lo: number, hi: number, n = 5): Estimate {
  return { value, lo, hi, n, caveats: [] };
}

function numbers(date: string, capacity: Estimate | "not_computable"): SupplyNumbers {
  if (capacity === "not_computable") return { date, capacity_open: capacity, supply_open: capacity, redundancy: capacity, isolation_days: capacity };
  return { date, capacity_open: capacity, supply_open: capacity, redundancy: estimate(2, 1, 3), isolation_days: { ...estimate(0, 0, 0), since: null, since_precision: null } };
}

test("a series of changes answers every day from its first to its last, and no other", () => {
  const last = day("2025-10-10");
  const series = seriesOf([numbers("2025-10-02", estimate(0.2, 0.1, 0.4)), numbers("2025-10-01", estimate(0.9, 0.8, 1)), numbers("2025-10-05", "not_computable")], last);
  assert.equal(readingAt(series, day("2025-09-30")), null);
  assert.equal(readingAt(series, day("2025-10-01"))!.capacity!.value, 0.9);
  assert.equal(readingAt(series, day("2025-10-04"))!.capacity!.value, 0.2);
  assert.equal(isoDay(readingAt(series, day("2025-10-04"))!.day), "2025-10-04");
  assert.equal(readingAt(series, last)!.capacity, null);
  assert.equal(readingAt(series, last + 1), null);
  assert.equal(readingAt(seriesOf([], last), day("2025-10-05")), null);
});

test("days of isolation count on from the day of the change", () => {
  const isolated = { ...numbers("2025-10-05", estimate(0.2, 0.1, 0.4)), isolation_days: { ...estimate(3, 1, 4), since: "2025-10-03", since_precision: "week" } };
  const series = seriesOf([numbers("2025-10-01", estimate(0.9, 0.8, 1)), isolated], day("2025-10-31"));
  const on = (text: string) => {
    const { value, lo, hi } = readingAt(series, day(text))!.isolation!;
    return [value, lo, hi];
  };
  assert.deepEqual([on("2025-10-04"), on("2025-10-05"), on("2025-10-15")], [[0, 0, 0], [3, 1, 4], [13, 11, 14]]);
});

test("days on end with the same figures are one run; unreported, not computable and reported stay apart", () => {
  const high = estimate(0.9, 0.8, 1);
  const runs = runsOf(
    seriesOf([
      numbers("2025-10-01", high),
      numbers("2025-10-02", { ...high }),
      numbers("2025-10-03", "not_computable"),
      numbers("2025-10-04", "not_computable"),
      numbers("2025-10-05", { ...high, n: 0 }),
      numbers("2025-10-08", high),
    ], day("2025-10-09")),
  );
  assert.deepEqual(runs.map(({ from, to }) => `${isoDay(from)} ${isoDay(to)}`), ["2025-10-01 2025-10-02", "2025-10-03 2025-10-04", "2025-10-05 2025-10-07", "2025-10-08 2025-10-09"]);
  assert.deepEqual(runs.map(({ capacity }) => isUnreported(capacity)), [false, false, true, false]);
});

const TARGETS = { targets: ["Gao", "Ouagadougou", "Bamako", "Djibo"].map((target) => ({ target, corridors: 1, gateways: [] })), towns: ["Kayes", "Gao", "Ségou"] };

test("capitals stand first, all else by name, and no town twice", () => {
  assert.deepEqual(townGroups(TARGETS), { capitals: ["Bamako", "Ouagadougou"], targets: ["Djibo", "Gao"], towns: ["Kayes", "Ségou"] });
  assert.equal(townNamed(TARGETS, " segou"), "Ségou");
  assert.equal(townNamed(TARGETS, "BAMAKO"), "Bamako");
  assert.equal(townNamed(TARGETS, "Nowhere"), null);
});

test("figures in words: a range in whole per cent, one number where both ends are it, and a trace is not nothing", () => {
  setLanguage("en");
  assert.equal(formatRange(estimate(0.25, 0.149, 0.401)), "15–40 %");
  assert.equal(formatRange(estimate(0.25, 0.25, 0.25)), "25 %");
  assert.equal(formatRange(estimate(0, 0, 0)), "0 %");
  assert.equal(formatShare(0.002), "under 1 %");
  assert.equal(formatShare(0), "0 %");
  assert.equal(formatCount(estimate(2, 2, 2)), "2");
  assert.equal(formatCount(estimate(2, 1, 3)), "2 (1–3)");
  assert.equal(formatSince("2025-09-04", "day"), "4 September 2025");
  assert.equal(formatSince("2025-09-04", "month"), "4 September 2025 (month known, not the day)");
  assert.equal(formatSince(null, null), "unknown");
});

test("the dial's band goes clockwise from its low end to its high end, and is never too thin to see", () => {
  const ends = (path: string) => [...path.matchAll(/[MA](?:82 82 0 0 1 )?([\d.-]+) ([\d.-]+)/g)].map((match) => Number(match[1]));
  assert.deepEqual(ends(arcPath(0, 1)), [18, 182]);
  const [left, right] = ends(arcPath(0.25, 0.75)) as [number, number];
  assert.ok(Math.abs((left + right) / 2 - 100) < 0.01 && left < right);
  const [a, b] = ends(arcPath(0.5, 0.5)) as [number, number];
  assert.ok(b - a > 1);
});

test("the panel's words give no advice, no time of arrival and no verdict on a town", () => {
  const texts = Object.entries(en).filter(([key]) => /^(supply|gateway|access|road)\./.test(key));
  assert.ok(texts.length > 50);
  for (const [key, text] of texts) {
    assert.doesNotMatch(text, /\bfalling\b|\bfallen\b|\brecommend|\bbest\b|\bavoid\b|\barriv(?:es?|al) (?:by|on|at)\b|\bETA\b|\bconvoy|\bsafe/i, key);
  }
});

test("ranges keep their order from left to right in Arabic", () => {
  for (const key of ["supply.range", "supply.percent", "supply.countRange", "supply.between"] as const) assert.match(ar[key], /^\u2066.*\u2069$/);
});
