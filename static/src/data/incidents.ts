// Incidents as columns sorted by day, made once from the stream; every step and filter reads these arrays. Pure.
// A date coded to the week, month or year covers that whole unit: the nominal day is never shown as known.

import { endOf, isoDay, parseDay, startOf } from "../calendar";
import type { Day } from "../calendar";
import { worldX, worldY } from "./mercator";
import { DATE_PRECISIONS, EVENT_TYPES, SIDES } from "../types";
import type { EventType, IncidentFeature, IncidentProperties, Precision, Side } from "../types";
import type { Codes, StreamColumns } from "./stream";

/** One row as the panels read it; what the stream does not tell is null until its record is loaded. */
export interface Incident extends Omit<IncidentProperties, "known_at"> {
  row: number;
  id: string | null;
  known_at: string | null;
  lon: number | null;
  lat: number | null;
  /** The days the incident may have happened on, after widening to its precision. */
  firstDay: Day | null;
  lastDay: Day | null;
  precision: Precision;
  type: EventType;
  side: Side;
}

/** Marks an open end in the stream. */
const OPEN_START = -(2 ** 31);
const OPEN_END = 2 ** 31 - 1;

export interface Spots {
  /** Web Mercator, 0–1. */
  x: Float64Array;
  y: Float64Array;
  lon: Float64Array;
  lat: Float64Array;
}

/** Rows [0, dated) by first day, then the future ones, then the undated: row numbers stay the same for the life of the table. */
export interface IncidentTable {
  /** Rows with a day up to today: those that play. */
  dated: number;
  /** All rows. */
  total: number;
  /** All incidents: more than the rows where these are cells. */
  incidents: number;
  cellZoom: number | null;
  first: Int32Array;
  last: Int32Array;
  /** The day as the stream tells it, for finding a row's record. */
  day: Int32Array;
  spot: Int32Array;
  spots: Spots;
  side: Uint8Array;
  type: Uint8Array;
  precision: Uint8Array;
  geo: Uint8Array;
  confidence: Int32Array;
  best: Int32Array;
  low: Int32Array;
  high: Int32Array;
  weight: Int32Array;
  deathsUnknown: Int32Array;
  actors: string[];
  actor1: Int32Array;
  actor2: Int32Array;
  country: Codes;
  region: Codes;
  dataset: Codes;
  /** Longest row in days minus one: how far back a search by first day must look. */
  reach: number;
  unplaced: number[];
  stepDeg: number;
}

/** Codes of two columns over one list of actors. */
function joinCodes(a: Codes, b: Codes): { values: string[]; second: (code: number) => number } {
  const values = [...a.values];
  const known = new Map(values.map((value, i) => [value, i]));
  const moved = b.values.map((value) => {
    let at = known.get(value);
    if (at === undefined) {
      at = values.push(value) - 1;
      known.set(value, at);
    }
    return at;
  });
  return { values, second: (code) => (code < 0 ? -1 : moved[code]!) };
}

export function incidentTable(stream: StreamColumns, sideOf: (actor: string | null) => Side, today: Day): IncidentTable {
  const { count } = stream;
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  const precisions = stream.datePrecision.values.map((value) => Math.max(0, DATE_PRECISIONS.indexOf(value as Precision)));
  const precisionOf = (row: number) => precisions[stream.datePrecision.codes[row]!] ?? 0;
  // The unit of a day is asked for again and again; a year has few of them.
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  const kept = (cache: Map<number, number>, day: Day, precision: number, make: (day: Day, unit: Precision) => Day) => {
    if (precision === 0) return day;
    const key = day * 4 + precision;
    let found = cache.get(key);
    if (found === undefined) cache.set(key, (found = make(day, DATE_PRECISIONS[precision]!)));
    return found;
  };
  /** 0 plays, 1 lies in the future, 2 is undated. */
  const group = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const start = stream.day[i]! === OPEN_START ? stream.dayEnd[i]! : stream.day[i]!;
    if (start === OPEN_END || start === OPEN_START) {
      group[i] = 2;
      continue;
    }
    const end = stream.dayEnd[i]! === OPEN_END ? start : Math.max(start, stream.dayEnd[i]!);
    first[i] = kept(starts, start, precisionOf(i), startOf);
    last[i] = kept(ends, end, precisionOf(i), endOf);
    if (first[i]! > today) group[i] = 1;
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => group[a]! - group[b]! || first[a]! - first[b]! || a - b);
  const actors = joinCodes(stream.actor1, stream.actor2);
  const sideOfActor = actors.values.map((code) => SIDES.indexOf(sideOf(code)));
  const none = SIDES.indexOf(sideOf(null));
  const types = stream.eventType.values.map((value) => {
    const at = EVENT_TYPES.indexOf(value as EventType);
    return at < 0 ? EVENT_TYPES.indexOf("other") : at;
  });
  const pick = (column: Int32Array) => Int32Array.from(order, (row) => column[row]!);
  const coded = ({ codes, values }: Codes): Codes => ({ codes: pick(codes), values });
  const spot = pick(stream.spot);
  const lon = Float64Array.from(stream.lonSteps, (steps) => steps * stream.stepDeg);
  const lat = Float64Array.from(stream.latSteps, (steps) => steps * stream.stepDeg);
  const actor1 = pick(stream.actor1.codes);
  const table: IncidentTable = {
    dated: group.reduce((sum, kind) => sum + (kind === 0 ? 1 : 0), 0),
    total: count,
    incidents: stream.weight.reduce((sum, weight) => sum + weight, 0),
    cellZoom: stream.cellZoom,
    first: pick(first),
    last: pick(last),
    day: pick(stream.day),
    spot,
    spots: { x: lon.map(worldX), y: lat.map(worldY), lon, lat },
    side: Uint8Array.from(actor1, (code) => (code < 0 ? none : sideOfActor[code]!)),
    type: Uint8Array.from(order, (row) => types[stream.eventType.codes[row]!] ?? EVENT_TYPES.length - 1),
    precision: Uint8Array.from(order, precisionOf),
    geo: Uint8Array.from(order, (row) => stream.geoPrecision[row]!),
    confidence: pick(stream.confidence),
    best: pick(stream.best),
    low: pick(stream.low),
    high: pick(stream.high),
    weight: pick(stream.weight),
    deathsUnknown: pick(stream.deathsUnknown),
    actors: actors.values,
    actor1,
    actor2: Int32Array.from(order, (row) => actors.second(stream.actor2.codes[row]!)),
    country: coded(stream.country),
    region: coded(stream.region),
    dataset: coded(stream.dataset),
    reach: 0,
    unplaced: [],
    stepDeg: stream.stepDeg,
  };
  for (let i = 0; i < table.dated; i++) table.reach = Math.max(table.reach, table.last[i]! - table.first[i]!);
  for (let i = 0; i < count; i++) if (spot[i]! < 0) table.unplaced.push(i);
  return table;
}

export const valueAt = ({ codes, values }: Codes, row: number): string | null => values[codes[row]!] ?? null;

const known = (figure: number): number | null => (figure < 0 ? null : figure);

/** Is the row one of those without a day? */
export function isUndated(table: IncidentTable, row: number): boolean {
  return row >= table.dated && table.first[row] === 0 && (table.day[row] === OPEN_START || table.day[row] === OPEN_END);
}

/** What the columns alone tell of a row. */
export function describeRow(table: IncidentTable, row: number): Incident {
  const spot = table.spot[row]!;
  const undated = isUndated(table, row);
  const type = EVENT_TYPES[table.type[row]!]!;
  return {
    row,
    id: null,
    lon: spot < 0 ? null : table.spots.lon[spot]!,
    lat: spot < 0 ? null : table.spots.lat[spot]!,
    firstDay: undated ? null : table.first[row]!,
    lastDay: undated ? null : table.last[row]!,
    precision: DATE_PRECISIONS[table.precision[row]!]!,
    type,
    side: SIDES[table.side[row]!]!,
    date_start: undated ? null : isoDay(table.first[row]!),
    date_end: undated ? null : isoDay(table.last[row]!),
    date_precision: DATE_PRECISIONS[table.precision[row]!]!,
    geo_precision: table.geo[row]!,
    event_type: type,
    sub_event_type: null,
    actor1: table.actors[table.actor1[row]!] ?? null,
    actor2: table.actors[table.actor2[row]!] ?? null,
    fatalities_best: known(table.best[row]!),
    fatalities_low: known(table.low[row]!),
    fatalities_high: known(table.high[row]!),
    country: valueAt(table.country, row),
    region: valueAt(table.region, row),
    dataset: valueAt(table.dataset, row),
    confidence: table.confidence[row]! < 0 ? null : table.confidence[row]! / 100,
    place: null,
    title: null,
    notes: null,
    source: null,
    licence: null,
    known_at: null,
  };
}

/** A record that came alone. */
export function incidentOf(feature: IncidentFeature, sideOf: (actor: string | null) => Side): Incident {
  const { properties } = feature;
  const [lon, lat] = feature.geometry?.coordinates ?? [];
  const precision = DATE_PRECISIONS.find((candidate) => candidate === properties.date_precision) ?? "day";
  const start = parseDay(properties.date_start) ?? parseDay(properties.date_end);
  const end = parseDay(properties.date_end) ?? start;
  return {
    ...properties,
    row: -1,
    id: String(feature.id),
    lon: lon ?? null,
    lat: lat ?? null,
    firstDay: start === null ? null : startOf(start, precision),
    lastDay: start === null || end === null ? null : endOf(Math.max(start, end), precision),
    precision,
    type: EVENT_TYPES.find((candidate) => candidate === properties.event_type) ?? "other",
    side: sideOf(properties.actor1),
  };
}

/** First index of the first `length` values that is at least `target`. */
export function lowerBound(sorted: ArrayLike<number>, target: number, length = sorted.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
