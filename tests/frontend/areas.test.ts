import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay, windowAt } from "../../static/src/calendar";
import { areaAt, areaHistories, changeAround, confirmedBy, partiesOf, periodsOf } from "../../static/src/data/areas";
import { differ } from "../../static/src/data/compare";
import { OPEN_END } from "../../static/src/data/history";
import { worldX, worldY } from "../../static/src/data/mercator";
import { holders, pointAt, shareSeries } from "../../static/src/data/shares";
import { knownLevel, lookKey, lookOf } from "../../static/src/draw/areas";
import type { ControlAnswer } from "../../static/src/types";
import { sideOf } from "./records";

const day = (text: string) => parseDay(text)!;
const COLUMNS = ["area", "from", "status", "actor", "share", "unknown", "disputed", "blockade", "blockade_by", "since", "changed_after", "confirmed_until", "rival"];
const WORDS = ["control", "contested", "FAMA", "JNIM", "full", "unknown"];
const word = (text: string | null) => (text === null ? null : WORDS.indexOf(text));

interface Told {
  area?: number;
  from: string;
  status?: string | null;
  actor?: string | null;
  unknown?: number;
  disputed?: number;
  blockade?: string | null;
  since?: string | null;
  after?: string | null;
  until?: string | null;
  rival?: string | null;
}

const land = (place: string, population: number | null, km2: number) => ({
  id: place, place, country: "ML", region: "ML-1", lon: 0.05, lat: 14.05, population, area_km2: km2, rings: [[0, 140, 1, 140, 1, 141, 0, 141, 0, 140]],
});

function answer(areas: ControlAnswer["areas"], rows: Told[]): ControlAnswer {
  return {
    places: [],
    changes: [],
    grid_deg: 0.1,
    areas,
    words: WORDS,
    states: {
      columns: COLUMNS,
      rows: rows.map(({ area = 0, from, status = "control", actor = "FAMA", unknown = 0.2, disputed = 0, blockade = null, since = null, after = null, until = null, rival = null }) => [
        area, day(from), word(status), word(actor), 1 - unknown, unknown, disputed, word(blockade), null, since && day(since), after && day(after), until && day(until), word(rival),
      ] as (number | null)[]),
    },
  };
}

test("a state holds until the next one of its area, the last without end, and nothing before the first", () => {
  const [area] = areaHistories(answer([land("A", 10, 100)], [{ from: "2020-01-01" }, { from: "2021-01-01", actor: "JNIM" }, { from: "2022-01-01", status: null, actor: null, unknown: 1 }]));
  assert.equal(areaAt(area!, day("2019-12-31")), null);
  assert.equal(areaAt(area!, day("2020-01-01"))!.actor, "FAMA");
  assert.equal(areaAt(area!, day("2020-12-31"))!.actor, "FAMA");
  assert.equal(areaAt(area!, day("2021-01-01"))!.actor, "JNIM");
  assert.equal(areaAt(area!, day("2050-01-01"))!.status, null);
  assert.deepEqual(area!.states.map(({ to }) => to), [day("2020-12-31"), day("2021-12-31"), OPEN_END]);
});

test("a state is confirmed up to the day, or up to the last day that its reports speak of", () => {
  const [area] = areaHistories(answer([land("A", 10, 100)], [{ from: "2020-01-01", until: "2020-06-30" }, { from: "2021-01-01" }]));
  const at = (date: string) => confirmedBy(areaAt(area!, day(date))!, day(date));
  assert.equal(at("2020-03-01"), day("2020-03-01"));
  assert.equal(at("2020-08-01"), day("2020-06-30"));
  assert.equal(at("2021-02-01"), null);
});

test("corners of the grid lie where their degrees do", () => {
  const [area] = areaHistories(answer([land("A", 10, 100)], []));
  assert.deepEqual([...area!.rings[0]!.slice(0, 4)], [worldX(0), worldY(14), worldX(0.1), worldY(14)]);
  assert.equal(area!.gridded, true);
  const [drawn] = areaHistories(answer([{ ...land("B", null, 5), rings: undefined, outline: [[[[0, 14], [1, 14], [1, 15], [0, 14]]]] } as unknown as ControlAnswer["areas"][0]], []));
  assert.equal(drawn!.gridded, false);
  assert.equal(drawn!.rings[0]!.length, 8);
});

test("between two reports of different holders nobody knows the day; a change of status alone is none", () => {
  const rows: Told[] = [
    { from: "2020-01-01" },
    { from: "2020-03-01", status: null, actor: null, unknown: 1 },
    { from: "2020-06-01", actor: "JNIM", since: "2020-06-01", after: "2020-02-01" },
    { from: "2020-07-01", actor: "JNIM", since: "2020-06-01", after: "2020-02-01", unknown: 0.4 },
    { from: "2021-06-01", status: "contested", actor: "JNIM", since: "2021-06-01", after: "2021-01-01" },
  ];
  const [area] = areaHistories(answer([land("A", 10, 100)], rows));
  assert.deepEqual(area!.changes, [{ after: day("2020-02-01"), by: day("2020-06-01"), before: "FAMA", then: "JNIM" }]);
  assert.equal(changeAround(area!, day("2020-02-01")), null);
  assert.equal(changeAround(area!, day("2020-02-02")), area!.changes[0]);
  assert.equal(changeAround(area!, day("2020-06-01")), null);
});

test("a period goes on while only its certainty changes", () => {
  const [area] = areaHistories(answer([land("A", 10, 100)], [{ from: "2020-01-01" }, { from: "2020-05-01", unknown: 0.6 }, { from: "2020-08-01", blockade: "full" }, { from: "2020-09-01", blockade: "full", disputed: 1 }]));
  assert.deepEqual(periodsOf(area!).map(({ from, to }) => [from, to]), [[day("2020-01-01"), day("2020-07-31")], [day("2020-08-01"), day("2020-08-31")], [day("2020-09-01"), OPEN_END]]);
});

test("what looks the same has one key; stripes take the party that reports name, else the holder before", () => {
  const [a, b] = areaHistories(
    answer([land("A", 10, 100), land("B", 10, 100)], [
      { from: "2020-01-01" },
      { from: "2021-01-01", status: "contested", actor: null, rival: "JNIM" },
      { from: "2022-01-01", actor: "FAMA", disputed: 1, rival: "JNIM" },
      { area: 1, from: "2020-01-01", unknown: 0.28 },
    ]),
  );
  const look = (area: typeof a, date: string) => lookOf(area!, areaAt(area!, day(date))!, sideOf);
  assert.equal(lookKey(look(a, "2020-02-01")), lookKey(look(b, "2020-02-01")));
  assert.deepEqual([look(a, "2021-02-01").side, look(a, "2021-02-01").rival], ["jnim", "state"]);
  assert.deepEqual([look(a, "2022-02-01").side, look(a, "2022-02-01").rival], ["state", "jnim"]);
  assert.deepEqual(a!.states.map((state) => partiesOf(a!, state)), [["FAMA", null], ["JNIM", "FAMA"], ["FAMA", "JNIM"]]);
  assert.deepEqual([0.05, 0.3, 0.31, 0.5, 0.51, 1].map(knownLevel), [2, 2, 1, 1, 0, 0]);
});

test("gained and lost count places, people and km²; what is unknown on one of the days is apart", () => {
  const areas = areaHistories(
    answer([land("A", 10, 100), land("B", null, 50), land("C", 7, 30), land("D", 5, 20)], [
      { from: "2020-01-01" },
      { from: "2021-01-01", actor: "JNIM" },
      { area: 1, from: "2020-01-01" },
      { area: 1, from: "2021-01-01", status: "contested", actor: null, rival: "JNIM" },
      { area: 2, from: "2020-01-01" },
      { area: 2, from: "2021-01-01", status: null, actor: null, unknown: 1 },
      { area: 3, from: "2020-01-01", blockade: "full" },
      { area: 3, from: "2021-01-01", blockade: "unknown" },
    ]),
  );
  const found = differ(areas, day("2020-06-01"), day("2021-06-01"));
  const of = (actor: string) => found.balances.find((balance) => balance.actor === actor)!;
  assert.deepEqual(of("FAMA").lost, { places: 1, people: 10, km2: 100 });
  assert.deepEqual(of("JNIM").gained, { places: 1, people: 10, km2: 100 });
  assert.deepEqual(of("FAMA").contested, { places: 1, people: null, km2: 50 });
  assert.deepEqual(found.contested, of("FAMA").contested);
  assert.deepEqual(found.unknown, { places: 1, people: 7, km2: 30 });
  // The last report of a blockade being too old is no relief.
  assert.deepEqual(found.changes.map(({ area, kind }) => [area.place, kind]), [["A", "gained"], ["B", "contested"]]);
  const back = differ(areas, day("2021-06-01"), day("2020-06-01"));
  assert.deepEqual(back.balances.find(({ actor }) => actor === "FAMA")!.gained, { places: 2, people: 10, km2: 150 });
});

test("a day between two points of a series takes the one before, by the names of its form", () => {
  const share = (actor: string, value: number) => ({ actor, places: [value, 0, 1, 0.1, 0.9], population: [value, 0, 1, 0.1, 0.9], area: [value, 0, 1, 0.1, 0.9] });
  const told = {
    to: "2022-12-31",
    envelope: { form: ["value", "lo", "hi", "definite", "possible"] },
    regions: [{
      region: "ML-1",
      totals: { places: 3, population: 1000, area_km2: 20.5 },
      points: [
        { date: "2020-01-01", n: 1, shares: [share("FAMA", 0.6), share("unknown", 0.4)] },
        { date: "2021-01-01", n: 1, shares: [share("FAMA", 0.2), share("JNIM", 0.3), share("unknown", 0.5)] },
      ],
    }],
  };
  const series = shareSeries(told, "ML-1")!;
  assert.equal(pointAt(series, day("2019-12-31")), null);
  assert.equal(pointAt(series, day("2020-12-31")), series.points[0]);
  assert.deepEqual(pointAt(series, day("2021-01-01"))!.shares[1]!.of.area, { value: 0.3, lo: 0, hi: 1, definite: 0.1, possible: 0.9 });
  assert.deepEqual(holders(series, "places"), ["FAMA", "JNIM"]);
  assert.equal(series.totals!.area, 20.5);
  assert.equal(shareSeries(told, "ML-2"), null);
});

test("the window that shows a day is of the same kind", () => {
  const window = { from: 100, to: 130 };
  assert.deepEqual(windowAt(window, "window", 200), { from: 170, to: 200 });
  assert.deepEqual(windowAt(window, "cumulative", 200), { from: 100, to: 200 });
  assert.deepEqual(windowAt(window, "cumulative", 50), { from: 50, to: 50 });
  assert.deepEqual(windowAt(window, "remaining", 120), { from: 120, to: 130 });
});
