// Land and what is assessed of it, period by period: who is believed to hold it on a day, how sure, and what nobody knows. Pure.

import type { Day } from "../calendar";
import { STANDINGS } from "../types";
import type { ControlAnswer, ControlLand, Standing } from "../types";
import { OPEN_END } from "./history";
import { toLine } from "./geometry";
import type { Line } from "./geometry";
import { worldX, worldY } from "./mercator";

/** What is believed from `from` to `to`, both included. */
export interface AreaState {
  from: Day;
  to: Day;
  /** Null where nothing is known. */
  status: Standing | null;
  actor: string | null;
  /** A party of a contested place, or who else is believed where reports disagree, where one is named. */
  rival: string | null;
  /** Belief in the state, on the first day. */
  share: number;
  /** What is not known, on the first day. */
  unknown: number;
  disputed: boolean;
  /** `unknown`: reported once, too long ago to be believed. */
  blockade: "full" | "partial" | "unknown" | null;
  blockadeBy: string | null;
  since: Day | null;
  /** Last day that the reports of the first day confirm, which may lie after it. */
  confirmedUntil: Day | null;
}

/** Nobody reported when it changed: after `after`, and on `by` at the latest. */
export interface Change {
  after: Day;
  by: Day;
  before: string | null;
  then: string | null;
}

export interface AreaHistory extends Omit<ControlLand, "rings" | "outline"> {
  /** As for places: country and name. */
  key: string;
  /** In the unit square; even-odd. */
  rings: Line[];
  /** Whether the rings follow the grid, so that they can be drawn on whole pixels. */
  gridded: boolean;
  /** West, north, east, south in the unit square. */
  box: [number, number, number, number];
  /** By day; none before the first report. */
  states: AreaState[];
  changes: Change[];
}

export function areaHistories(answer: ControlAnswer): AreaHistory[] {
  const { grid_deg: step, words } = answer;
  const column = (name: string) => answer.states.columns.indexOf(name);
  const [area, from, status, actor, share, unknown, disputed, blockade, by, since, after, confirmed, rival] = [
    "area", "from", "status", "actor", "share", "unknown", "disputed", "blockade", "blockade_by", "since", "changed_after", "confirmed_until", "rival",
  ].map(column) as [number, number, number, number, number, number, number, number, number, number, number, number, number];
  const found = answer.areas.map((land): AreaHistory => {
    const { rings, outline, ...facts } = land;
    const lines = rings
      ? rings.map((ring) => Float64Array.from(ring, (value, i) => (i % 2 === 0 ? worldX(value * step) : worldY(value * step))))
      : (outline ?? []).flatMap((polygon) => polygon.map(toLine));
    const key = `${land.country ?? ""}/${land.place}`;
    return { ...facts, ...reportedAt(answer, land), key, rings: lines, gridded: rings !== undefined, box: boxOf(lines), states: [], changes: [] };
  });
  for (const row of answer.states.rows) {
    const into = found[row[area]!];
    if (!into) continue;
    const word = (at: number): string | null => (row[at] == null ? null : (words[row[at]] ?? null));
    const last = into.states[into.states.length - 1];
    if (last) last.to = row[from]! - 1;
    const state: AreaState = {
      from: row[from]!,
      to: OPEN_END,
      status: STANDINGS.find((standing) => standing === word(status)) ?? null,
      actor: word(actor),
      rival: word(rival),
      share: row[share] ?? 0,
      unknown: row[unknown] ?? 1,
      disputed: row[disputed] === 1,
      blockade: (["full", "partial", "unknown"] as const).find((degree) => degree === word(blockade)) ?? null,
      blockadeBy: word(by),
      since: row[since] ?? null,
      confirmedUntil: row[confirmed] ?? null,
    };
    into.states.push(state);
    noteChange(into, state, row[after] ?? null);
  }
  return found;
}

/** Where the statements put the place: a gazetteer may have it some kilometres away, and a ring belongs around the town's own symbol. */
function reportedAt({ places }: ControlAnswer, { place, country, lon, lat }: ControlLand): Pick<ControlLand, "lon" | "lat"> {
  if (lon === null || lat === null) return { lon, lat };
  const distance = (at: { lon: number; lat: number }) => Math.hypot(at.lon - lon, at.lat - lat);
  const named = places.filter((at) => at.place === place && at.country === country).sort((a, b) => distance(a) - distance(b));
  return { lon: named[0]?.lon ?? lon, lat: named[0]?.lat ?? lat };
}

function boxOf(lines: Line[]): AreaHistory["box"] {
  const box: AreaHistory["box"] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      box[0] = Math.min(box[0], line[i]!);
      box[1] = Math.min(box[1], line[i + 1]!);
      box[2] = Math.max(box[2], line[i]!);
      box[3] = Math.max(box[3], line[i + 1]!);
    }
  }
  return box;
}

/** Keeps a change of hands whose day nobody reported; one of status alone is none. */
function noteChange(area: AreaHistory, state: AreaState, after: Day | null): void {
  const { since: by, actor: then } = state;
  if (after === null || by === null || by - after < 2) return;
  const earlier = area.states.filter(({ from, status }) => from <= after && status !== null);
  const before = earlier[earlier.length - 1]?.actor ?? null;
  if (before === then || area.changes.some((known) => known.after === after && known.by === by)) return;
  area.changes.push({ after, by, before, then });
}

/** Place of the state that is believed on a day among the states; -1 before the first report. */
export function stateIndex({ states }: Pick<AreaHistory, "states">, day: Day): number {
  let [low, high] = [0, states.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (states[middle]!.from <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What is believed on a day; null before the first report. */
export function areaAt(area: Pick<AreaHistory, "states">, day: Day): AreaState | null {
  return area.states[stateIndex(area, day)] ?? null;
}

/** When a state was last confirmed, up to a day of it. A report that came since it began may be newer; it is never older than this. */
export function confirmedBy({ confirmedUntil }: AreaState, day: Day): Day | null {
  return confirmedUntil === null ? null : Math.min(confirmedUntil, day);
}

/** The change of hands that lies somewhere around a day. */
export function changeAround(area: Pick<AreaHistory, "changes">, day: Day): Change | null {
  return area.changes.find(({ after, by }) => after < day && day < by) ?? null;
}

/** Who has a part in a state: whoever it names first, then, where it is contested or disputed, the other one. A contested place has no holder;
 * beside the party that reports name stands who held it before. */
export function partiesOf(area: Pick<AreaHistory, "states">, state: AreaState): [string | null, string | null] {
  const contested = state.status === "contested";
  const first = state.actor ?? (contested ? state.rival : null);
  if (!contested && !state.disputed) return [first, null];
  if (state.rival !== null && state.rival !== first) return [first, state.rival];
  for (let i = area.states.indexOf(state) - 1; i >= 0; i--) {
    const { actor } = area.states[i]!;
    if (actor !== null && actor !== first) return [first, actor];
  }
  return [first, null];
}

/** Days that a reader would call one period: the same state of the same parties, however sure. */
export interface Period {
  from: Day;
  to: Day;
  state: AreaState;
}

export function periodsOf(area: Pick<AreaHistory, "states">): Period[] {
  const same = (a: AreaState, b: AreaState) =>
    a.status === b.status && a.actor === b.actor && a.disputed === b.disputed && a.blockade === b.blockade && a.blockadeBy === b.blockadeBy;
  const periods: Period[] = [];
  for (const state of area.states) {
    const last = periods[periods.length - 1];
    if (last && same(last.state, state)) last.to = state.to;
    else periods.push({ from: state.from, to: state.to, state });
  }
  return periods;
}
