// Where an actor's activity was first reported, cell by cell, and what is measured of it: answers of the server, looked up by day. Pure.

import type { Day, Span } from "../calendar";
import { parseDay, unitEnd } from "../calendar";
import { worldX, worldY } from "./mercator";
import type { Estimate } from "./supply";

export interface FrontActor {
  actor: string;
  name_en: string;
  name_fr: string | null;
  side: string | null;
  events: number;
  cells: number;
}
export interface FrontActors {
  actors: FrontActor[];
}

export interface FrontAnswer {
  actor: string;
  cell_km: number;
  active_days: number;
  cells: {
    cell: string;
    bbox: [number, number, number, number];
    first: string;
    precision: string;
    last: string;
    active: [string, string][];
    events: number;
    settlements: number;
  }[];
  left_out: { unplaced: number; area_only: number; year_only: number };
  withheld?: number;
}

/** A number that the server stands by, or the word for why there is none. */
export type Gated<T> = T | "insufficient_evidence" | "not_computable";

export interface Sector {
  sector: string;
  bearing_deg: number;
  cells: number;
  affected: number;
  bins_with_median: number;
  speed: Gated<Estimate>;
  reasons?: string[];
}
export interface DistanceMonth {
  month: string;
  events: number;
  cells: number;
  nearest: number | null;
  p5: number | null;
  median: number | null;
  ever_nearest: number | null;
  ever_p5: number | null;
  ever_median: number | null;
}
export interface Distances {
  months: DistanceMonth[];
  trend: Gated<Estimate & { p: number; n: number }>;
}
export interface FrontDocument {
  actor: string;
  from: string;
  to: string;
  method_version: string;
  origin: { lon: number; lat: number; place: string | null; basis: string; first: string | null; last: string | null } | null;
  evidence: { events: number; affected_cells: number; settled_cells: number; bins_with_median: number };
  speed: Gated<Estimate>;
  speed_reasons: string[];
  sectors: Sector[];
  southward: Gated<Estimate>;
  expansion: Gated<Estimate>;
  turnover: Gated<Estimate>;
  label: string;
  windows: { from: string; to: string; persist: number; new: number; silent: number; expansion: number | null; turnover: number | null }[];
  distances: { capitals: (Distances & { place: string; id: string; country: string })[]; coast: Distances | "not_computable" };
  caveats: string[];
  parameters: { name: string; value: number | string; unit: string; meaning: string; source: string }[];
  sources: { dataset: string; version: string | null; licence: string | null; attribution: string | null }[];
}

/** A cell of the grid on which activity was ever reported. */
export interface FrontCell {
  id: string;
  /** Left, top, right, bottom in the unit square of Web Mercator. */
  box: [number, number, number, number];
  first: Day;
  last: Day;
  precision: string;
  /** Quarters since 0000-Q1. */
  quarter: number;
  active: Span[];
  events: number;
  settlements: number;
}

export interface Front {
  actor: string;
  cellKm: number;
  activeDays: number;
  cells: FrontCell[];
  /** First and last quarter of any cell, since 0000-Q1. */
  quarters: [number, number];
  leftOut: number;
  withheld: number;
}

/** The quarter of a day, since 0000-Q1. */
export function quarterOf(day: Day): number {
  const date = new Date(day * 86_400_000);
  return date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / 3);
}

/** `2017-Q1`. */
export function quarterName(quarter: number): string {
  return `${Math.floor(quarter / 4)}-Q${(quarter % 4) + 1}`;
}

/** Cells by the day on which they were first reported on. What has no day that can be read is left out: it could not be drawn on a day. */
export function frontOf(answer: FrontAnswer): Front {
  const cells = answer.cells.flatMap(({ cell, bbox, first, last, precision, active, events, settlements }): FrontCell[] => {
    const [from, to] = [parseDay(first), parseDay(last)];
    if (from === null || to === null) return [];
    const spans = active.flatMap(([start, end]): Span[] => {
      const [a, b] = [parseDay(start), parseDay(end)];
      return a === null || b === null ? [] : [{ from: a, to: b }];
    });
    const [west, south, east, north] = bbox;
    return [{ id: cell, box: [worldX(west), worldY(north), worldX(east), worldY(south)], first: from, last: to, precision, quarter: quarterOf(from), active: spans, events, settlements }];
  });
  cells.sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
  const { unplaced, area_only, year_only } = answer.left_out;
  return {
    actor: answer.actor,
    cellKm: answer.cell_km,
    activeDays: answer.active_days,
    cells,
    quarters: [cells[0]?.quarter ?? 0, cells[cells.length - 1]?.quarter ?? 0],
    leftOut: unplaced + area_only + year_only,
    withheld: answer.withheld ?? 0,
  };
}

export type Standing = "ahead" | "active" | "silent";

/** How a cell stands on a day: nothing reported yet, reported within the days that count as active, or reported earlier and silent since. */
export function standingOf(cell: FrontCell, day: Day): Standing {
  if (cell.first > day) return "ahead";
  return cell.active.some(({ from, to }) => from <= day && day <= to) ? "active" : "silent";
}

/** What differs when the cells are to be drawn anew: of each that was reported on by a day, whether it is active. */
export function lookOn(front: Front, day: Day): string {
  let look = "";
  for (const cell of front.cells) {
    if (cell.first > day) break;
    look += standingOf(cell, day) === "active" ? "a" : "s";
  }
  return look;
}

/** How many cells were reported on by a day, and in how many of them something was reported of late. */
export function countsOn(front: Front, day: Day): { reached: number; active: number } {
  let [reached, active] = [0, 0];
  for (const cell of front.cells) {
    if (cell.first > day) break;
    reached += 1;
    if (standingOf(cell, day) === "active") active += 1;
  }
  return { reached, active };
}

/** Quarters up to a day with how many cells were first reported on in each. */
export function quartersUpTo(front: Front, day: Day): { quarter: number; cells: number }[] {
  const counts = new Map<number, number>();
  for (const { first, quarter } of front.cells) if (first <= day) counts.set(quarter, (counts.get(quarter) ?? 0) + 1);
  return [...counts].map(([quarter, cells]) => ({ quarter, cells }));
}

/** The last day of a month `2024-05`. */
export function monthEnd(month: string): Day {
  const [year, number] = month.split("-").map(Number);
  return unitEnd(year! * 12 + number! - 1, "month");
}

/** The month that holds a day. */
export function monthOn<T extends { month: string }>(months: readonly T[], day: Day): T | null {
  const name = new Date(day * 86_400_000).toISOString().slice(0, 7);
  return months.find(({ month }) => month === name) ?? null;
}

/** The last window that had ended by a day: one that goes on would tell of days after it. */
export function windowOn<T extends { to: string }>(windows: readonly T[], day: Day): T | null {
  let found: T | null = null;
  for (const window of windows) if ((parseDay(window.to) ?? Infinity) <= day) found = window;
  return found;
}

/** A number that may be shown; null where evidence does not suffice. */
export function shown<T>(value: Gated<T>): T | null {
  return typeof value === "string" ? null : value;
}
