import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDay, parseDay } from "../../static/src/calendar";
import { binIncidents } from "../../static/src/data/bins";
import { facetCounts, filterMask, rowsIn, select, sumDeaths } from "../../static/src/data/selection";
import { NO_FILTERS } from "../../static/src/state";
import { incident, table } from "./records";

const day = (text: string) => parseDay(text)!;
const window = (from: string, to: string) => ({ from: day(from), to: day(to) });

test("both ends of a window are inside", () => {
  const t = table(incident("a", { date_start: "2025-10-01", date_end: "2025-10-01" }), incident("b", { date_start: "2025-10-31", date_end: "2025-10-31" }));
  assert.equal(rowsIn(t, window("2025-10-01", "2025-10-31"), null).length, 2);
  assert.equal(rowsIn(t, window("2025-10-02", "2025-10-30"), null).length, 0);
});

test("a long event meets every window it reaches into, however far back it began", () => {
  const t = table(
    incident("long", { date_start: "2025-01-01", date_end: "2025-12-31" }),
    ...Array.from({ length: 20 }, (_, i) => incident(`n${i}`, { date_start: `2025-03-${String(i + 1).padStart(2, "0")}`, date_end: `2025-03-${String(i + 1).padStart(2, "0")}` })),
  );
  assert.equal(rowsIn(t, window("2025-06-01", "2025-06-01"), null).length, 1);
});

test("a date known to the month is met on every day of the month, and never shown as its nominal day", () => {
  const t = table(incident("m", { date_start: "2025-11-15", date_end: "2025-11-15", date_precision: "month" }));
  assert.equal(rowsIn(t, window("2025-11-02", "2025-11-02"), null).length, 1);
  assert.equal(isoDay(t.rows[0]!.firstDay!), "2025-11-01");
  assert.equal(isoDay(t.rows[0]!.lastDay!), "2025-11-30");
});

test("undated and unplaced records are kept aside, not dropped", () => {
  const t = table(incident("a", { date_start: null, date_end: null }), incident("b", {}, null));
  assert.equal(t.undated.length, 1);
  assert.equal(t.unplaced.length, 1);
  assert.equal(t.rows.length, 1);
  assert.ok(Number.isNaN(t.x[0]!));
});

test("unknown deaths are not zero: they are not counted as given", () => {
  const t = table(incident("a"), incident("b", { fatalities_best: 12, fatalities_low: 10 }), incident("c", { fatalities_high: 40 }), incident("d", { fatalities_best: 0 }));
  assert.deepEqual(sumDeaths(t.rows), { low: 10, best: 12, high: 52, given: 3 });
});

test("filters join with and across fields, with or within one", () => {
  const t = table(
    incident("a", { country: "ML", event_type: "battle" }),
    incident("b", { country: "BF", event_type: "battle" }),
    incident("c", { country: "NE", event_type: "abduction" }),
  );
  const all = window("2025-01-01", "2025-12-31");
  const ids = (filters: Partial<typeof NO_FILTERS>) =>
    select(t, all, filterMask(t, { ...NO_FILTERS, ...filters })).indices.map((i) => t.rows[i]!.id.slice(5)).join("");
  assert.equal(ids({}), "abc");
  assert.equal(ids({ countries: ["ML", "NE"] }), "ac");
  assert.equal(ids({ countries: ["ML", "NE"], types: ["battle"] }), "a");
  assert.equal(ids({ actors: ["FAMA"] }), "abc");
  assert.equal(ids({ sides: ["state"] }), "");
});

test("text is searched without accents and case, every word", () => {
  const t = table(incident("a", { place: "Ménaka", title: "Convoy attacked" }), incident("b", { place: "Gao" }));
  const count = (text: string) => filterMask(t, { ...NO_FILTERS, text }).reduce((a, b) => a + b, 0);
  assert.equal(count("menaka"), 1);
  assert.equal(count("CONVOY ménaka"), 1);
  assert.equal(count("convoy gao"), 0);
});

test("counts beside a value follow the other filters, not its own", () => {
  const t = table(incident("a", { country: "ML" }), incident("b", { country: "BF" }), incident("c", { country: "BF", event_type: "abduction" }));
  const filters = { ...NO_FILTERS, countries: ["ML"], types: ["battle"] };
  const countries = facetCounts(t, window("2025-01-01", "2025-12-31"), filters, "countries");
  assert.deepEqual([countries.get("ML"), countries.get("BF")], [1, 1]);
  assert.equal(facetCounts(t, window("2025-01-01", "2025-12-31"), filters, "types").get("abduction"), undefined);
});

test("bins hold each incident once, spread over the days it may have happened on", () => {
  const t = table(
    incident("a", { date_start: "2025-10-10", date_end: "2025-10-10" }),
    incident("b", { date_start: "2025-06-01", date_end: "2025-06-01", date_precision: "year" }),
    incident("hidden", { country: "BF" }),
  );
  const mask = filterMask(t, { ...NO_FILTERS, countries: ["ML"] });
  const bins = binIncidents(t, mask, window("2025-01-01", "2025-12-31"), "month", t.side, 10);
  assert.equal(bins.count, 12);
  const sum = bins.weights.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 2) < 1e-9);
  const february = bins.weights.slice(10, 20).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(february - 28 / 365) < 1e-9);
});
