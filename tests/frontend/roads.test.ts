import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay } from "../../static/src/calendar";
import { corridorHistories } from "../../static/src/data/history";
import { corridorsTo, lastSaid, lookOf, segmentAt, segmentStates, statusCounts, stretches } from "../../static/src/data/roads";
import { DARK, LIGHT } from "../../static/src/draw/palette";
import { DASHES, ROAD_AGES, roadStrength } from "../../static/src/draw/roads";
import { CORRIDOR_STATUSES } from "../../static/src/types";
import type { Corridor, CorridorChange } from "../../static/src/types";

const day = (text: string) => parseDay(text)!;

function road(id: string, target: string | null, ...points: [string, number, number][]): Corridor {
  const segments = points.slice(1).map(([to, lon, lat], i) => {
    const [from, west, south] = points[i]!;
    return { id: `${id}:${i + 1}`, seq: i + 1, from, to, length_km: null, class: null, coordinates: [[west, south], [lon, lat]] as [number, number][] };
  });
  return { id, name: id, target, segments };
}

function change(corridor: number, status: string, from: string, to: string | null, patch: Partial<CorridorChange> = {}): CorridorChange {
  return { corridor, segment: null, status, valid_from: from, valid_to: to, actor: null, confidence: 0.8, verification: null, source: null, note: null, ...patch };
}

const PORT: [string, number, number] = ["Port", 0, 10];
const TOWN: [string, number, number] = ["Town", 1, 10];
const END: [string, number, number] = ["Énd", 2, 10];

test("a stretch that two roads share is one line, in either direction, and knows the segments on it", () => {
  const found = stretches([road("a", "End", PORT, TOWN, END), road("b", "Port", END, TOWN)]);
  assert.deepEqual(found.map(({ corridors }) => corridors), [[0], [0, 1]]);
  assert.deepEqual(found[1]!.segments.map(({ id }) => id), ["a:2", "b:1"]);
});

test("a segment's state holds from its day until the next, and is none before the first", () => {
  const states = segmentStates({
    segment_states: { segments: ["a:1", "a:2"], columns: ["segment", "from", "status", "basis"], rows: [[0, 20, "disrupted", "incidents"], [0, 10, "open", "reported"], [0, 30, "odd", "reported"]] },
  });
  const list = states.get("a:1")!;
  assert.equal(segmentAt(list, 9), null);
  assert.deepEqual(segmentAt(list, 19), { from: 10, status: "open", byIncidents: false });
  assert.deepEqual(segmentAt(list, 20), { from: 20, status: "disrupted", byIncidents: true });
  assert.equal(segmentAt(list, 1e6)!.status, "unknown");
  assert.equal(states.get("a:2"), undefined);
  assert.equal(segmentStates({}).size, 0);
});

test("a report is as old as its last source up to the day, and never older than its first day or younger than the day", () => {
  const said = (patch: Partial<CorridorChange>, at: string) => {
    const [history] = corridorHistories({ corridors: [road("a", "End", PORT, TOWN)], changes: [change(0, "blocked", "2025-09-04", "2025-11-20", patch)] });
    return lastSaid(history!.states[0]!, day(at));
  };
  assert.equal(said({ last_confirmed: "2025-10-30" }, "2025-11-10"), day("2025-10-30"));
  assert.equal(said({ last_confirmed: "2025-10-30" }, "2025-10-01"), day("2025-10-01"));
  assert.equal(said({}, "2025-11-10"), day("2025-11-10"));
  assert.equal(said({ valid_to: null }, "2025-11-10"), day("2025-09-04"));
  assert.equal(said({ valid_to: null, last_confirmed: "2020-01-01" }, "2025-11-10"), day("2025-09-04"));
});

test("without the server's states a stretch takes the least severe report; its own report goes before that of its road", () => {
  const answer = {
    corridors: [road("a", "End", PORT, TOWN, END), road("b", "End", TOWN, END)],
    changes: [change(0, "cut", "2025-01-01", null), change(1, "blocked", "2025-01-01", null, { last_confirmed: "2025-05-01" }), change(0, "disrupted", "2025-03-01", "2025-03-31", { segment: 2 })],
  };
  const roads = corridorHistories(answer);
  const [alone, shared] = stretches(answer.corridors);
  const look = (of: typeof alone, at: string) => lookOf(of!, roads, new Map(), day(at));
  assert.equal(look(alone, "2025-02-01").status, "cut");
  assert.deepEqual(look(shared, "2025-02-01"), { status: "blocked", byIncidents: false, age: 0 });
  assert.equal(look(shared, "2025-03-15").status, "disrupted");
  assert.equal(look(alone, "2025-03-15").status, "cut");
  // The age is that of the report whose status is drawn.
  assert.equal(look(shared, "2025-06-01").age, 31);
  assert.deepEqual(look(alone, "2024-12-31"), { status: "unknown", byIncidents: false, age: 0 });
});

test("with the server's states the map shows what the measures count, and incidents are no report", () => {
  const answer = {
    corridors: [road("a", "End", PORT, TOWN, END)],
    changes: [change(0, "open", "2025-01-01", null)],
    segment_states: { segments: ["a:1", "a:2"], columns: ["segment", "from", "status", "basis"], rows: [[0, day("2025-01-01"), "open", "reported"], [1, day("2025-01-01"), "open", "reported"], [1, day("2025-02-01"), "disrupted", "incidents"]] },
  };
  const [first, second] = stretches(answer.corridors);
  const look = (of: typeof first) => lookOf(of!, corridorHistories(answer), segmentStates(answer), day("2025-02-10"));
  assert.deepEqual(look(first), { status: "open", byIncidents: false, age: 40 });
  assert.deepEqual(look(second), { status: "disrupted", byIncidents: true, age: 0 });
});

test("a report on one stretch is no report on its road", () => {
  const [history] = corridorHistories({ corridors: [road("a", "End", PORT, TOWN)], changes: [change(0, "cut", "2025-01-01", null, { segment: 1 })] });
  assert.deepEqual([history!.states.length, history!.parts.length], [0, 1]);
  assert.deepEqual([...statusCounts([history!], day("2025-02-01"))], [["unknown", 1]]);
});

test("the roads of a town are those that name it, else those that run through it, whatever its accents", () => {
  const roads = corridorHistories({ corridors: [road("a", "End", PORT, TOWN, END), road("b", null, PORT, TOWN)], changes: [] });
  assert.deepEqual([corridorsTo(roads, "énd").named, corridorsTo(roads, "énd").roads.map(({ id }) => id)], [true, ["a"]]);
  assert.deepEqual([corridorsTo(roads, "TOWN").named, corridorsTo(roads, "TOWN").roads.map(({ id }) => id)], [false, ["a", "b"]]);
  // Supply does not come to where it comes from.
  assert.deepEqual(corridorsTo(roads, "Port").roads, []);
});

test("a line pales with its age in steps and never vanishes", () => {
  assert.deepEqual([0, 183, 184, 731, 732, 1e6].map(roadStrength), [1, 1, 0.72, 0.72, 0.5, 0.5]);
  assert.ok(ROAD_AGES.every(({ strength }) => strength >= 0.5));
});

/** Relative luminance of WCAG 2.2, then its contrast of two colours. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test("every status has a dash of its own beside its colour, and stands out from the land by 3 to 1", () => {
  const statuses = [...CORRIDOR_STATUSES, "unknown" as const];
  assert.equal(new Set(statuses.map((status) => DASHES[status].join())).size, statuses.length);
  for (const palette of [LIGHT, DARK]) {
    for (const status of statuses) assert.ok(contrast(palette.corridors[status], palette.land) >= 3, `${palette.dark} ${status}`);
  }
});
