// Roads on a day: the status that a stretch is drawn with, what it rests on, and how long ago a source last said so. Pure.

import { parseDay } from "../calendar";
import type { Day } from "../calendar";
import { CORRIDOR_STATUSES } from "../types";
import type { CorridorAnswer, CorridorChange, CorridorStatus } from "../types";
import { corridorStatus, leastSevere, stateAt } from "./history";
import type { CorridorHistory, Dated } from "./history";
import { toLine } from "./geometry";
import type { Line } from "./geometry";

/** From this day on, until the next state of the segment. */
export interface SegmentState {
  from: Day;
  status: CorridorStatus;
  /** Nobody reported it as a status: incidents near the segment make it so. */
  byIncidents: boolean;
}

/** States of the segments by their ids, ascending. */
export type SegmentStates = Map<string, SegmentState[]>;

export function segmentStates(answer: Pick<CorridorAnswer, "segment_states">): SegmentStates {
  const found: SegmentStates = new Map();
  const { segments, columns, rows } = answer.segment_states ?? { segments: [], columns: [], rows: [] };
  const [segment, from, status, basis] = ["segment", "from", "status", "basis"].map((name) => columns.indexOf(name)) as [number, number, number, number];
  for (const row of rows) {
    const id = segments[Number(row[segment])];
    if (id === undefined) continue;
    const list = found.get(id) ?? [];
    if (list.length === 0) found.set(id, list);
    list.push({ from: Number(row[from]), status: CORRIDOR_STATUSES.find((known) => known === row[status]) ?? "unknown", byIncidents: row[basis] === "incidents" });
  }
  for (const list of found.values()) list.sort((a, b) => a.from - b.from);
  return found;
}

/** The last state that began up to the day; null before the first. */
export function segmentAt(states: SegmentState[], day: Day): SegmentState | null {
  let [low, high] = [0, states.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (states[middle]!.from <= day) low = middle + 1;
    else high = middle;
  }
  return states[low - 1] ?? null;
}

/** The last day up to a day on which a source is known to have said so: its last confirmation, else its last day, else its first. */
export function lastSaid({ from, value }: Dated<CorridorChange>, day: Day): Day {
  const said = parseDay(value.last_confirmed ?? null) ?? parseDay(value.valid_to) ?? from;
  return Math.max(from, Math.min(said, day));
}

export interface Stretch {
  line: Line;
  /** Rows of the corridors that use it. */
  corridors: number[];
  /** The same with the segments that lie on it. */
  segments: { corridor: number; seq: number; id: string }[];
}

/** Segments that several roads share, in either direction, are drawn once. */
export function stretches(corridors: { segments: { id: string; seq: number; coordinates: [number, number][] }[] }[]): Stretch[] {
  const found = new Map<string, Stretch>();
  corridors.forEach((corridor, index) => {
    for (const { id, seq, coordinates } of corridor.segments) {
      const ends = coordinates.map(([lon, lat]) => `${lon.toFixed(3)},${lat.toFixed(3)}`);
      const key = (ends[0]! < ends[ends.length - 1]! ? ends : ends.reverse()).join(" ");
      let stretch = found.get(key);
      if (!stretch) found.set(key, (stretch = { line: toLine(coordinates), corridors: [], segments: [] }));
      if (!stretch.corridors.includes(index)) stretch.corridors.push(index);
      stretch.segments.push({ corridor: index, seq, id });
    }
  });
  return [...found.values()];
}

export interface RoadLook {
  status: CorridorStatus;
  byIncidents: boolean;
  /** Days since a source last said so; 0 for what incidents say, which are recent or count for nothing. */
  age: number;
}

/** Reports in force on a segment: on it alone where there are any, else on its corridor as a whole. */
function reportsOn(corridor: CorridorHistory, seq: number, day: Day): Dated<CorridorChange>[] {
  const covers = ({ from, to }: Dated<CorridorChange>) => from <= day && day <= to;
  const own = corridor.parts.filter((part) => part.value.segment === seq && covers(part));
  if (own.length > 0) return own;
  const state = stateAt(corridor.states, day);
  return state ? [state] : [];
}

/** How a stretch is drawn: as the analysis counts it where the server says so, else by the least severe report of those that share it. */
export function lookOf(stretch: Stretch, corridors: CorridorHistory[], states: SegmentStates, day: Day): RoadLook {
  const counted = stretch.segments.map(({ id }) => states.get(id)).find((list) => list !== undefined);
  const state = counted ? segmentAt(counted, day) : null;
  if (state?.byIncidents) return { status: state.status, byIncidents: true, age: 0 };
  const reports = stretch.segments.flatMap(({ corridor, seq }) => reportsOn(corridors[corridor]!, seq, day));
  const status = counted ? (state?.status ?? "unknown") : leastSevere(reports.map(({ value }) => CORRIDOR_STATUSES.find((known) => known === value.status) ?? "unknown"));
  if (status === "unknown") return { status, byIncidents: false, age: 0 };
  const same = reports.filter(({ value }) => value.status === status);
  const said = Math.max(...(same.length > 0 ? same : reports).map((report) => lastSaid(report, day)));
  return { status, byIncidents: false, age: Number.isFinite(said) ? day - said : 0 };
}

/** Names are compared without case and accents, as the server compares them. */
export function folded(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** Corridors that name a town as their target, or run through it when none does. */
export function corridorsTo(corridors: CorridorHistory[], town: string): { roads: CorridorHistory[]; named: boolean } {
  const name = folded(town);
  const named = corridors.filter(({ target }) => folded(target ?? "") === name);
  if (named.length > 0) return { roads: named, named: true };
  // A road leads to what stands behind its first place.
  return { roads: corridors.filter(({ segments }) => segments.some(({ to }) => folded(to) === name)), named: false };
}

/** How many of the roads have each status on a day. */
export function statusCounts(roads: CorridorHistory[], day: Day): Map<CorridorStatus, number> {
  const counts = new Map<CorridorStatus, number>();
  for (const road of roads) {
    const status = corridorStatus(road, day);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}
