import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDay, parseDay } from "../../static/src/calendar";
import { binIncidents } from "../../static/src/data/bins";
import { actorSeries } from "../../static/src/data/stacks";
import { isUndated } from "../../static/src/data/incidents";
import type { IncidentTable } from "../../static/src/data/incidents";
import { facetCounts, facetValues, failures, rowsOf, select, sumDeaths } from "../../static/src/data/selection";
import type { Facet } from "../../static/src/data/selection";
import { NO_FILTERS } from "../../static/src/state";
import { EVENT_TYPES } from "../../static/src/types";
import { incident, table } from "./records";

const day = (text: string) => parseDay(text)!;
const words = () => "";
const rowsIn = (t: IncidentTable, span: ReturnType<typeof window>) => rowsOf(select(t, span, null));
/** Every row, as the letters of its country. */
const countriesOf = (t: IncidentTable, rows: number[]) => rows.map((row) => t.country.values[t.country.codes[row]!]).join(" ");

const window = (from: string, to: string) => ({ from: day(from), to: day(to) });

test("both ends of a window are inside", () => {
  const t = table(incident("a", { date_start: "2025-10-01", date_end: "2025-10-01" }), incident("b", { date_start: "2025-10-31", date_end: "2025-10-31" }));
  assert.equal(rowsIn(t, window("2025-10-01", "2025-10-31")).length, 2);
  assert.equal(rowsIn(t, window("2025-10-02", "2025-10-30")).length, 0);
});

test("a long event meets every window it reaches into, however far back it began", () => {
  const t = table(
    incident("long", { date_start: "2025-01-01", date_end: "2025-12-31" }),
    ...Array.from({ length: 20 }, (_, i) => incident(`n${i}`, { date_start: `2025-03-${String(i + 1).padStart(2, "0")}`, date_end: `2025-03-${String(i + 1).padStart(2, "0")}` })),
  );
  assert.equal(rowsIn(t, window("2025-06-01", "2025-06-01")).length, 1);
});

test("a date known to the month is met on every day of the month, and never shown as its nominal day", () => {
  const t = table(incident("m", { date_start: "2025-11-15", date_end: "2025-11-15", date_precision: "month" }));
  assert.equal(rowsIn(t, window("2025-11-02", "2025-11-02")).length, 1);
  assert.equal(isoDay(t.first[0]!), "2025-11-01");
  assert.equal(isoDay(t.last[0]!), "2025-11-30");
});

test("undated and unplaced records are kept aside, not dropped", () => {
  const t = table(incident("a", { date_start: null, date_end: null }), incident("b", {}, null));
  assert.deepEqual([t.dated, t.total], [1, 2]);
  assert.equal(isUndated(t, 1), true);
  assert.deepEqual(t.unplaced, [0]);
});

test("unknown deaths are not zero: they are not counted as given", () => {
  const t = table(incident("a"), incident("b", { fatalities_best: 12, fatalities_low: 10 }), incident("c", { fatalities_high: 40 }), incident("d", { fatalities_best: 0 }));
  assert.deepEqual(sumDeaths(t, [0, 1, 2, 3]), { low: 10, best: 12, high: 52, given: 3 });
});

test("filters join with and across fields, with or within one", () => {
  const t = table(
    incident("a", { country: "ML", event_type: "battle" }),
    incident("b", { country: "BF", event_type: "battle" }),
    incident("c", { country: "NE", event_type: "abduction" }),
  );
  const all = window("2025-01-01", "2025-12-31");
  const left = (filters: Partial<typeof NO_FILTERS>) => countriesOf(t, rowsOf(select(t, all, failures(t, { ...NO_FILTERS, ...filters }, words))));
  assert.equal(left({}), "BF ML NE");
  assert.equal(left({ countries: ["ML", "NE"] }), "ML NE");
  assert.equal(left({ countries: ["ML", "NE"], types: ["battle"] }), "ML");
  assert.equal(left({ actors: ["FAMA"] }), "BF ML NE");
  assert.equal(left({ sides: ["state"] }), "");
  assert.equal(left({ deaths: ["unknown"] }), "BF ML NE");
  assert.equal(left({ precisions: ["3"] }), "");
});

test("text is searched without accents and case, every word", () => {
  const t = table(incident("a", { country: "ML" }), incident("b", { country: "NE" }));
  const texts = ["convoy attacked menaka", "gao"];
  const count = (text: string) => rowsOf(select(t, { from: 0, to: 1e6 }, failures(t, { ...NO_FILTERS, text }, (row) => texts[row]!))).length;
  assert.equal(count("Ménaka"), 1);
  assert.equal(count("CONVOY ménaka"), 1);
  assert.equal(count("convoy gao"), 0);
});

test("counts beside a value are what choosing it alone in its facet would leave, for every facet and value", () => {
  const t = table(
    ...Array.from({ length: 40 }, (_, i) =>
      incident(`n${i}`, {
        country: ["ML", "BF", "NE"][i % 3]!,
        event_type: ["battle", "abduction"][i % 2]!,
        actor1: i % 5 === 0 ? "FAMA" : "JNIM",
        actor2: i % 7 === 0 ? "JNIM" : "FAMA",
        geo_precision: 1 + (i % 3),
        fatalities_best: i % 4 === 0 ? null : i,
      }),
    ),
  );
  const span = window("2025-01-01", "2025-12-31");
  const filters = { ...NO_FILTERS, countries: ["ML", "BF"], types: ["battle"], actors: ["FAMA"] };
  const counts = facetCounts(t, span, failures(t, filters, words));
  for (const [facet, numbers] of counts) {
    facetValues(t, facet as Facet).forEach((value, at) => {
      const alone = select(t, span, failures(t, { ...filters, [facet]: [value] }, words)).count;
      assert.equal(numbers[at], alone, `${facet} ${value}`);
    });
  }
});

test("bins hold each incident once, spread over the days it may have happened on", () => {
  const t = table(
    incident("a", { date_start: "2025-10-10", date_end: "2025-10-10" }),
    incident("b", { date_start: "2025-06-01", date_end: "2025-06-01", date_precision: "year" }),
    incident("hidden", { country: "BF" }),
  );
  const fails = failures(t, { ...NO_FILTERS, countries: ["ML"] }, words);
  const bins = binIncidents(t, (row) => fails[row] === 0, window("2025-01-01", "2025-12-31"), "month", t.side, 10);
  assert.equal(bins.count, 12);
  const sum = bins.weights.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 2) < 1e-9);
  const february = bins.weights.slice(10, 20).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(february - 28 / 365) < 1e-9);
});

test("stacked by side, actor or type, the bars hold the same incidents, and each series those of a count by hand", () => {
  // More actors than have a series of their own, equal counts, rows without an actor, rows that a filter hides.
  const t = table(
    ...Array.from({ length: 120 }, (_, i) =>
      incident(`n${i}`, {
        date_start: `2025-${String(1 + (i % 12)).padStart(2, "0")}-15`,
        date_end: `2025-${String(1 + (i % 12)).padStart(2, "0")}-15`,
        date_precision: i % 4 === 0 ? "month" : "day",
        event_type: EVENT_TYPES[(i * 7) % EVENT_TYPES.length]!,
        actor1: i % 11 === 0 ? null : `A${Math.floor(Math.sqrt(i))}`,
        country: i % 3 === 0 ? "BF" : "ML",
      }),
    ),
  );
  const fails = failures(t, { ...NO_FILTERS, countries: ["ML"] }, words);
  const passes = (row: number) => fails[row] === 0;
  const byHand = new Map<string | null, number>();
  for (let row = 0; row < t.dated; row++) {
    const actor = t.actors[t.actor1[row]!] ?? null;
    if (passes(row)) byHand.set(actor, (byHand.get(actor) ?? 0) + 1);
  }
  const none = byHand.get(null)!;
  byHand.delete(null);
  const ranked = [...byHand].sort(([a, m], [b, n]) => n - m || (a! < b! ? -1 : 1));
  const { codes, actors } = actorSeries(t, passes);
  assert.deepEqual(actors.map((actor) => t.actors[actor]), ranked.slice(0, 5).map(([actor]) => actor));
  const year = window("2025-01-01", "2025-12-31");
  const byActor = binIncidents(t, passes, year, "month", codes, actors.length + 2);
  const others = ranked.slice(5).reduce((sum, [, count]) => sum + count, 0);
  assert.ok(others > 0 && none > 0);
  assert.deepEqual([...byActor.counts], [...ranked.slice(0, 5).map(([, count]) => count), others, none]);
  const byType = binIncidents(t, passes, year, "month", t.type, EVENT_TYPES.length);
  const bySide = binIncidents(t, passes, year, "month", t.side, 10);
  EVENT_TYPES.forEach((type, at) => {
    let count = 0;
    for (let row = 0; row < t.dated; row++) if (passes(row) && EVENT_TYPES[t.type[row]!] === type) count += 1;
    assert.equal(byType.counts[at], count, type);
  });
  const stacks = ({ weights, count, series }: typeof byType) =>
    Array.from({ length: count }, (_, bin) => weights.slice(bin * series, (bin + 1) * series).reduce((a, b) => a + b, 0));
  for (const bins of [byActor, byType]) stacks(bins).forEach((tall, at) => assert.ok(Math.abs(tall - stacks(bySide)[at]!) < 1e-9));
});
