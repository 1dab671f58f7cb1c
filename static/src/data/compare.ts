// What differs between two days: places that parties were reported to hold, and places newly contested or blockaded. Pure.

import type { Day } from "../calendar";
import type { Side } from "../types";
import type { Dated, PlaceHistory } from "./history";
import type { ControlChange } from "../types";

export type ChangeKind = "gained" | "contested" | "blockaded" | "relieved" | "other";

export interface PlaceChange {
  place: PlaceHistory;
  before: ControlChange | null;
  after: ControlChange | null;
  kind: ChangeKind;
}

export interface SideBalance {
  side: Side;
  gained: number;
  lost: number;
  /** People of the places that have a figure. */
  gainedPeople: number;
  lostPeople: number;
}

export interface Difference {
  changes: PlaceChange[];
  sides: SideBalance[];
  /** Newly contested places and their people. */
  contested: number;
  contestedPeople: number;
  /** Reports on one of the days alone: no change can be told. */
  unknown: number;
}

type StateOf = (place: PlaceHistory, day: Day) => Dated<ControlChange> | null;

const blockaded = (state: ControlChange | null) => state?.blockade === "full" || state?.blockade === "partial";
const holder = (state: ControlChange | null, sideOf: (actor: string | null) => Side): Side | null =>
  state?.status === "control" && state.actor ? sideOf(state.actor) : null;

/** From `before` to `after`. A place counts as gained or lost only where both days have a report; silence is no loss. */
export function differ(places: PlaceHistory[], before: Day, after: Day, stateOf: StateOf, sideOf: (actor: string | null) => Side): Difference {
  const sides = new Map<Side, SideBalance>();
  const balance = (side: Side) => {
    let found = sides.get(side);
    if (!found) sides.set(side, (found = { side, gained: 0, lost: 0, gainedPeople: 0, lostPeople: 0 }));
    return found;
  };
  const difference: Difference = { changes: [], sides: [], contested: 0, contestedPeople: 0, unknown: 0 };
  for (const place of places) {
    const was = stateOf(place, before)?.value ?? null;
    const is = stateOf(place, after)?.value ?? null;
    if (!was && !is) continue;
    if (!was || !is) {
      difference.unknown += 1;
      continue;
    }
    const people = place.population ?? 0;
    const [from, to] = [holder(was, sideOf), holder(is, sideOf)];
    let kind: ChangeKind | null = null;
    if (from !== to) {
      if (from) {
        balance(from).lost += 1;
        balance(from).lostPeople += people;
      }
      if (to) {
        balance(to).gained += 1;
        balance(to).gainedPeople += people;
        kind = "gained";
      }
    }
    if (is.status === "contested" && was.status !== "contested") {
      difference.contested += 1;
      difference.contestedPeople += people;
      kind = "contested";
    }
    if (!kind && blockaded(is) && !blockaded(was)) kind = "blockaded";
    if (!kind && !blockaded(is) && blockaded(was)) kind = "relieved";
    if (!kind && (is.status !== was.status || from !== to)) kind = "other";
    if (kind) difference.changes.push({ place, before: was, after: is, kind });
  }
  difference.sides = [...sides.values()].sort((a, b) => b.gained + b.lost - (a.gained + a.lost));
  difference.changes.sort((a, b) => (b.place.population ?? 0) - (a.place.population ?? 0));
  return difference;
}
