// Dated states of places and roads: what was reported to hold on a day. Pure. No state covering a day means unknown.

import { parseDay } from "../calendar";
import type { Day } from "../calendar";
import { CORRIDOR_STATUSES } from "../types";
import type { ControlAnswer, ControlChange, ControlPlace, Corridor, CorridorAnswer, CorridorChange, CorridorStatus } from "../types";

/** Both ends inclusive; an open end is not known to have ended. */
export interface Dated<T> {
  from: Day;
  to: Day;
  value: T;
}

export const OPEN_END = 2 ** 30;

export function dated<T extends { valid_from: string | null; valid_to: string | null }>(values: T[]): Dated<T>[] {
  return values
    .map((value) => ({ from: parseDay(value.valid_from) ?? -OPEN_END, to: parseDay(value.valid_to) ?? OPEN_END, value }))
    .sort((a, b) => a.from - b.from);
}

/** The state that covers the day; where two do, the later one. `told` leaves out what was not known yet. */
export function stateAt<T>(states: Dated<T>[], day: Day, told: (value: T) => boolean = () => true): Dated<T> | null {
  for (let i = states.length - 1; i >= 0; i--) {
    const state = states[i]!;
    if (state.from <= day && day <= state.to && told(state.value)) return state;
  }
  return null;
}

export interface PlaceHistory extends ControlPlace {
  key: string;
  states: Dated<ControlChange>[];
}

export function placeHistories(answer: Pick<ControlAnswer, "places" | "changes">): PlaceHistory[] {
  const byPlace = answer.places.map((): ControlChange[] => []);
  for (const change of answer.changes) byPlace[change.place]?.push(change);
  return answer.places.map((place, i) => ({
    ...place,
    key: `${place.country ?? ""}/${place.place}`,
    states: dated(byPlace[i]!),
  }));
}

/** Days since the state was last confirmed; 0 when the confirmation is later than the day asked about. */
export function confirmationAge(state: Dated<ControlChange>, day: Day): number {
  const confirmed = parseDay(state.value.last_confirmed) ?? state.from;
  return Math.max(0, day - Math.max(confirmed, state.from));
}

export interface CorridorHistory extends Corridor {
  /** What was reported of the road as a whole. */
  states: Dated<CorridorChange>[];
  /** What was reported of single segments. */
  parts: Dated<CorridorChange>[];
}

export function corridorHistories(answer: CorridorAnswer): CorridorHistory[] {
  const changes = answer.corridors.map((): CorridorChange[] => []);
  for (const change of answer.changes) changes[change.corridor]?.push(change);
  const ofAll = ({ segment }: CorridorChange) => segment === null || segment === undefined;
  return answer.corridors.map((corridor, i) => ({
    ...corridor,
    states: dated(changes[i]!.filter(ofAll)),
    parts: dated(changes[i]!.filter((change) => !ofAll(change))),
  }));
}

export function corridorStatus(corridor: CorridorHistory, day: Day): CorridorStatus {
  const status = stateAt(corridor.states, day)?.value.status;
  return CORRIDOR_STATUSES.find((candidate) => candidate === status) ?? "unknown";
}

/** Statuses from the least to the most severe; unknown, which says nothing, comes last. */
function severity(status: CorridorStatus): number {
  return status === "unknown" ? CORRIDOR_STATUSES.length : CORRIDOR_STATUSES.indexOf(status);
}

/** Where roads share a stretch the least severe reported status is drawn; unknown only when nothing is known of any. */
export function leastSevere(statuses: CorridorStatus[]): CorridorStatus {
  return statuses.reduce((a, b) => (severity(b) < severity(a) ? b : a), "unknown");
}

/** Roads on one stretch, the one whose report is drawn first. */
export function byDrawn(corridors: CorridorHistory[], day: Day): CorridorHistory[] {
  const rank = (corridor: CorridorHistory) => severity(corridorStatus(corridor, day));
  return [...corridors].sort((a, b) => rank(a) - rank(b));
}
