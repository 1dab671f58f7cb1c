// What the bars are stacked by beside the side that acted: the actors with most incidents, the types. Pure.

import type { IncidentTable } from "./incidents";

/** More cannot be told apart in bars a few pixels wide. */
export const MOST_ACTORS = 5;

export interface ActorSeries {
  /** Series of each row: its actor's place in `actors`, then one for all other actors, then one for rows that name none. */
  codes: Uint8Array;
  /** Numbers of the actors in the table, the one with most incidents first; of equals the one with the lower code name. */
  actors: number[];
}

/** By the actor named first, as sides are; so each incident stands in one series. */
export function actorSeries(table: IncidentTable, passes: (row: number) => boolean): ActorSeries {
  const { actor1, weight } = table;
  const counts = new Float64Array(table.actors.length);
  for (let row = 0; row < table.dated; row++) if (actor1[row]! >= 0 && passes(row)) counts[actor1[row]!]! += weight[row]!;
  const byCount = (a: number, b: number) => counts[b]! - counts[a]! || (table.actors[a]! < table.actors[b]! ? -1 : 1);
  const actors = [...counts.keys()].filter((actor) => counts[actor]! > 0).sort(byCount).slice(0, MOST_ACTORS);
  const others = actors.length;
  const seriesOf = new Uint8Array(counts.length).fill(others);
  actors.forEach((actor, at) => (seriesOf[actor] = at));
  return { codes: Uint8Array.from(actor1, (actor) => (actor < 0 ? others + 1 : seriesOf[actor]!)), actors };
}
