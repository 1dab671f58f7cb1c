// What differs between two days: land that parties are assessed to hold, in places, people and km², and what is newly contested or blockaded. Pure.

import type { Day } from "../calendar";
import { areaAt } from "./areas";
import type { AreaHistory, AreaState } from "./areas";

export type ChangeKind = "gained" | "contested" | "blockaded" | "relieved" | "other";

export interface AreaChange {
  area: AreaHistory;
  before: AreaState;
  after: AreaState;
  kind: ChangeKind;
}

/** The three denominators: none of them alone tells how much something is. */
export interface Extent {
  places: number;
  /** Of the places that have a figure; null where none has. */
  people: number | null;
  /** On the ellipsoid, of the cells that a place speaks for. */
  km2: number;
}

export interface Balance {
  actor: string;
  gained: Extent;
  /** To another holder, or to nobody's. What is contested is not lost. */
  lost: Extent;
  /** Held before, contested now. */
  contested: Extent;
}

export interface Difference {
  changes: AreaChange[];
  /** By actor, the one that most changed for first. */
  balances: Balance[];
  contested: Extent;
  /** Known on one of the days alone, or on none though it was reported on: no change can be told. */
  unknown: Extent;
}

const blockaded = (state: AreaState) => state.blockade === "full" || state.blockade === "partial";
const holder = (state: AreaState): string | null => (state.status === "control" ? state.actor : null);
const nothing = (): Extent => ({ places: 0, people: null, km2: 0 });

/** From `before` to `after`. Something counts as gained or lost only where both days are known; silence is no loss. */
export function differ(areas: AreaHistory[], before: Day, after: Day): Difference {
  const balances = new Map<string, Balance>();
  const balance = (actor: string) => {
    let found = balances.get(actor);
    if (!found) balances.set(actor, (found = { actor, gained: nothing(), lost: nothing(), contested: nothing() }));
    return found;
  };
  const difference: Difference = { changes: [], balances: [], contested: nothing(), unknown: nothing() };
  for (const area of areas) {
    const add = (to: Extent) => {
      to.places += 1;
      if (area.population !== null) to.people = (to.people ?? 0) + area.population;
      to.km2 += area.area_km2;
    };
    const [was, is] = [areaAt(area, before), areaAt(area, after)];
    if (!was && !is) continue;
    if (!was?.status || !is?.status) {
      add(difference.unknown);
      continue;
    }
    const [from, to] = [holder(was), holder(is)];
    let kind: ChangeKind | null = null;
    const contested = is.status === "contested" && was.status !== "contested";
    if (from !== to) {
      if (from !== null) add(contested ? balance(from).contested : balance(from).lost);
      if (to !== null) {
        add(balance(to).gained);
        kind = "gained";
      }
    }
    if (contested) {
      add(difference.contested);
      kind = "contested";
    }
    if (!kind && blockaded(is) && !blockaded(was)) kind = "blockaded";
    // That the last report of a blockade is too old says nothing of its end.
    if (!kind && is.blockade === null && blockaded(was)) kind = "relieved";
    if (!kind && (is.status !== was.status || is.actor !== was.actor)) kind = "other";
    if (kind) difference.changes.push({ area, before: was, after: is, kind });
  }
  const moved = ({ gained, lost, contested }: Balance) => gained.places + lost.places + contested.places;
  difference.balances = [...balances.values()].sort((a, b) => moved(b) - moved(a));
  difference.changes.sort((a, b) => (b.area.population ?? 0) - (a.area.population ?? 0));
  return difference;
}
