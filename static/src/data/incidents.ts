// Incidents as columns sorted by day, built once; every step and filter reads these arrays. Pure.
// A date coded to the week, month or year covers that whole unit: the nominal day is never shown as known.

import { endOf, parseDay, startOf } from "../calendar";
import type { Day } from "../calendar";
import { worldX, worldY } from "./mercator";
import { EVENT_TYPES, SIDES } from "../types";
import type { EventType, IncidentFeature, IncidentProperties, Precision, Side } from "../types";

export interface Incident extends IncidentProperties {
  id: string;
  lon: number | null;
  lat: number | null;
  /** The days the incident may have happened on, after widening to its precision. */
  firstDay: Day | null;
  lastDay: Day | null;
  precision: Precision;
  type: EventType;
  side: Side;
}

export interface IncidentTable {
  /** Dated rows by first day. A row without a point is in here too, with NaN coordinates. */
  rows: Incident[];
  first: Int32Array;
  last: Int32Array;
  /** Web Mercator, 0–1, NaN when unplaced. */
  x: Float64Array;
  y: Float64Array;
  side: Uint8Array;
  type: Uint8Array;
  /** Longest row in days minus one: how far back a search by first day must look. */
  reach: number;
  undated: Incident[];
  /** Dated later than today: listed, but on no map and in no count. */
  future: Incident[];
  unplaced: Incident[];
  byId: Map<string, Incident>;
}

function known<T extends string>(value: string | null, list: readonly T[], fallback: T): T {
  return list.find((candidate) => candidate === value) ?? fallback;
}

export function incidentTable(features: IncidentFeature[], sideOf: (actor: string | null) => Side, today: Day): IncidentTable {
  const all: Incident[] = features.map((feature) => {
    const properties = feature.properties;
    const precision = known(properties.date_precision, ["day", "week", "month", "year"] as const, "day");
    const start = parseDay(properties.date_start) ?? parseDay(properties.date_end);
    const end = parseDay(properties.date_end) ?? start;
    const point = feature.geometry?.coordinates;
    return {
      ...properties,
      id: String(feature.id),
      lon: point?.[0] ?? null,
      lat: point?.[1] ?? null,
      firstDay: start === null ? null : startOf(start, precision),
      lastDay: end === null || start === null ? null : endOf(Math.max(start, end), precision),
      precision,
      type: known(properties.event_type, EVENT_TYPES, "other"),
      side: sideOf(properties.actor1),
    };
  });
  const rows = all
    .filter((row) => row.firstDay !== null && row.firstDay <= today)
    .sort((a, b) => a.firstDay! - b.firstDay! || a.lastDay! - b.lastDay! || (a.id < b.id ? -1 : 1));
  const table: IncidentTable = {
    rows,
    first: Int32Array.from(rows, (row) => row.firstDay!),
    last: Int32Array.from(rows, (row) => row.lastDay!),
    x: Float64Array.from(rows, (row) => (row.lon === null ? NaN : worldX(row.lon))),
    y: Float64Array.from(rows, (row) => (row.lat === null ? NaN : worldY(row.lat))),
    side: Uint8Array.from(rows, (row) => SIDES.indexOf(row.side)),
    type: Uint8Array.from(rows, (row) => EVENT_TYPES.indexOf(row.type)),
    reach: 0,
    undated: all.filter((row) => row.firstDay === null),
    future: all.filter((row) => row.firstDay !== null && row.firstDay > today),
    unplaced: all.filter((row) => row.lon === null || row.lat === null),
    byId: new Map(all.map((row) => [row.id, row])),
  };
  for (let i = 0; i < rows.length; i++) table.reach = Math.max(table.reach, table.last[i]! - table.first[i]!);
  return table;
}

/** First index whose value is at least `target`. */
export function lowerBound(sorted: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
