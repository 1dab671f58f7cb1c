import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay } from "../../static/src/calendar";
import { OPEN_END, confirmationAge, corridorHistories, byDrawn, corridorStatus, leastSevere, placeHistories, stateAt } from "../../static/src/data/history";
import type { ControlChange, CorridorChange } from "../../static/src/types";
import { contains, distanceTo, toLine } from "../../static/src/data/geometry";

const day = (text: string) => parseDay(text)!;

function change(patch: Partial<ControlChange>): ControlChange {
  return {
    id: "x",
    place: 0,
    actor: "FAMA",
    status: "control",
    blockade: "none",
    blockade_by: null,
    valid_from: "2020-01-01",
    valid_to: null,
    date_precision: "day",
    geo_precision: 1,
    last_confirmed: null,
    known_at: null,
    confidence: 0.9,
    verification: "verified",
    source: null,
    note: null,
    ...patch,
  };
}

const town = { place: "Somewhere", country: "ML", region: null, lon: 0, lat: 14, population: null };

test("a gap between two states is unknown, not the state before", () => {
  const [place] = placeHistories({
    places: [town],
    changes: [change({ valid_from: "2020-01-01", valid_to: "2020-06-30" }), change({ id: "y", valid_from: "2021-01-01" })],
  });
  assert.equal(stateAt(place!.states, day("2019-12-31")), null);
  assert.equal(stateAt(place!.states, day("2020-06-30"))!.value.id, "x");
  assert.equal(stateAt(place!.states, day("2020-07-01")), null);
  assert.equal(stateAt(place!.states, day("2021-01-01"))!.value.id, "y");
  assert.equal(stateAt(place!.states, day("2030-01-01"))!.to, OPEN_END);
});

test("the age of a state counts from its last confirmation and is never negative", () => {
  const [place] = placeHistories({ places: [town], changes: [change({ last_confirmed: "2020-03-01" })] });
  const state = place!.states[0]!;
  assert.equal(confirmationAge(state, day("2020-03-11")), 10);
  assert.equal(confirmationAge(state, day("2020-02-01")), 0);
});

function roadChange(corridor: number, status: string, from: string, to: string | null): CorridorChange {
  return { corridor, status, valid_from: from, valid_to: to, actor: null, confidence: 0.8, verification: "verified", source: null, note: null };
}

test("a road is unknown where no change covers the date", () => {
  const [road] = corridorHistories({
    corridors: [{ id: "r", name: "R", target: null, segments: [] }],
    changes: [roadChange(0, "open", "2020-01-01", "2025-09-03"), roadChange(0, "blocked", "2025-09-04", "2025-11-20")],
  });
  assert.equal(corridorStatus(road!, day("2019-12-31")), "unknown");
  assert.equal(corridorStatus(road!, day("2025-09-03")), "open");
  assert.equal(corridorStatus(road!, day("2025-09-04")), "blocked");
  assert.equal(corridorStatus(road!, day("2025-11-21")), "unknown");
});

test("on a shared stretch the least severe report is drawn, its road named first, and unknown says nothing", () => {
  assert.equal(leastSevere(["disrupted", "blocked", "unknown"]), "disrupted");
  assert.equal(leastSevere(["unknown", "cut"]), "cut");
  assert.equal(leastSevere(["unknown", "unknown"]), "unknown");
  const road = (id: string) => ({ id, name: id, target: null, segments: [] });
  const roads = corridorHistories({
    corridors: [road("none"), road("cut"), road("open")],
    changes: [roadChange(1, "cut", "2020-01-01", null), roadChange(2, "open", "2020-01-01", null)],
  });
  assert.deepEqual(byDrawn(roads, day("2021-01-01")).map(({ id }) => id), ["open", "cut", "none"]);
});

test("a hole in a region is outside, and the distance to a line is to its nearest point", () => {
  const square = (low: number, high: number) => Float64Array.from([low, low, high, low, high, high, low, high, low, low]);
  assert.equal(contains([square(0, 1), square(0.4, 0.6)], 0.2, 0.2), true);
  assert.equal(contains([square(0, 1), square(0.4, 0.6)], 0.5, 0.5), false);
  const line = toLine([[0, 0], [36, 0]]);
  assert.ok(Math.abs(distanceTo(line, 0.55, 0.6) - 0.1) < 1e-12);
});
