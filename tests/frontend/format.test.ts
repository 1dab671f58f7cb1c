import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { describeRow } from "../../static/src/data/incidents";
import { parseDay } from "../../static/src/calendar";
import {
  confidenceLevel,
  formatCounts,
  formatDeaths,
  formatDeathsNote,
  formatDeathsShort,
  formatLead,
  formatSpan,
  formatWhen,
  splitLinks,
} from "../../static/src/format";
import { loadLanguage, setLanguage } from "../../static/src/i18n/index";
import { axisFor } from "../../static/src/player/axis";
import { incident, table } from "./records";

const span = (from: string, to: string) => ({ from: parseDay(from)!, to: parseDay(to)! });

before(() => loadLanguage("fr"));
beforeEach(() => setLanguage("en"));

test("a window is said as short as it can be, always with its year", () => {
  assert.equal(formatSpan(span("2025-11-03", "2025-11-09")), "3 to 9 November 2025");
  assert.equal(formatSpan(span("2025-10-01", "2025-10-31")), "October 2025");
  assert.equal(formatSpan(span("2025-09-01", "2025-11-30")), "September to November 2025");
  assert.equal(formatSpan(span("2024-12-01", "2025-01-31")), "December 2024 to January 2025");
  assert.equal(formatSpan(span("2025-01-01", "2025-12-31")), "2025");
  assert.equal(formatSpan(span("2012-01-01", "2014-12-31")), "2012 to 2014");
  assert.equal(formatSpan(span("2025-10-30", "2025-11-02")), "30 October to 2 November 2025");
  assert.equal(formatSpan(span("2024-12-30", "2025-01-02")), "30 December 2024 to 2 January 2025");
  assert.equal(formatSpan(span("2025-11-03", "2025-11-03")), "3 November 2025");
});

test("French writes the first day as 1er and spaces its colon", () => {
  setLanguage("fr");
  assert.equal(formatSpan(span("2025-11-01", "2025-11-07")), "du 1er au 7 novembre 2025");
  assert.equal(formatSpan(span("2025-08-01", "2025-08-31")), "août 2025");
  const deaths = { low: 0, best: 0, high: 0, given: 0 };
  assert.equal(formatLead(span("2025-08-01", "2025-08-31"), formatCounts(0, deaths)), "août 2025 : 0 incident");
});

test("the spoken value holds date, incidents and reported deaths; deaths nobody reported are left out", () => {
  const deaths = { low: 10, best: 12, high: 20, given: 2 };
  assert.equal(formatLead(span("2025-11-03", "2025-11-09"), formatCounts(4, deaths)), "3 to 9 November 2025: 4 incidents, 12 reported deaths");
  assert.equal(formatCounts(1, { ...deaths, given: 0 }), "1 incident");
});

test("a sum of deaths says how many records it rests on, and that it is no total", () => {
  setLanguage("en");
  assert.equal(formatDeathsNote(47, { low: 442, best: 484, high: 555, given: 13 }), "Deaths given in 13 of 47 records: 484 (442–555). Not a total.");
  assert.equal(formatDeathsNote(3, { low: 2, best: 2, high: 2, given: 1 }), "Deaths given in 1 of 3 records: 2. Not a total.");
  assert.equal(formatDeathsNote(3, { low: 0, best: 0, high: 0, given: 0 }), "");
});

test("deaths are shown low, best and high, and unknown is said to be unknown", () => {
  const row = (patch: object) => describeRow(table(incident("a", patch)), 0);
  assert.equal(formatDeaths(row({})), "Deaths: unknown");
  assert.equal(formatDeaths(row({ fatalities_best: 12, fatalities_low: 10, fatalities_high: 20 })), "Reported deaths: 12 (low 10 – high 20)");
  assert.equal(formatDeaths(row({ fatalities_high: 40 })), "Reported deaths: not given (low not given – high 40)");
  assert.equal(formatDeathsShort(row({ fatalities_best: 12, fatalities_low: 10, fatalities_high: 20 })), "12 reported deaths (10–20)");
  assert.equal(formatDeathsShort(row({ fatalities_best: 1, fatalities_low: 1, fatalities_high: 1 })), "1 reported death");
});

test("a date known to the month says so", () => {
  const row = describeRow(table(incident("a", { date_start: "2025-11-01", date_end: "2025-11-30", date_precision: "month" })), 0);
  assert.equal(formatWhen(row), "November 2025 (month known, not the day)");
});

test("confidence has three steps and an unknown", () => {
  assert.deepEqual([0.85, 0.84, 0.65, 0.64, null].map(confidenceLevel), ["high", "medium", "medium", "low", "unknown"]);
});

test("only web addresses become links, always https, without the closing punctuation", () => {
  assert.deepEqual(splitLinks("BBC, “A title”, 2025-09-17, http://www.example.org/a_b?c=1."), [
    { text: "BBC, “A title”, 2025-09-17, " },
    { text: "example.org", href: "https://www.example.org/a_b?c=1" },
    { text: "." },
  ]);
  assert.deepEqual(splitLinks("javascript:alert(1) <b>x</b>"), [{ text: "javascript:alert(1) <b>x</b>" }]);
});

test("the strip shows the whole span by month and one year by day", () => {
  const whole = span("2012-01-01", "2026-10-06");
  const month = axisFor(span("2025-10-01", "2025-10-31"), "month", whole);
  assert.deepEqual([month.from, month.to, month.bin], [whole.from, whole.to, "month"]);
  const daily = axisFor(span("2025-10-06", "2025-10-12"), "day", whole);
  assert.deepEqual([daily.from, daily.to], [parseDay("2025-01-01"), parseDay("2025-12-31")]);
  const dayUnder = daily.day(daily.x(parseDay("2025-10-06")!, 1000) + 0.01, 1000);
  assert.equal(dayUnder, parseDay("2025-10-06"));
});
