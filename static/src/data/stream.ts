// Reads /playback/incidents: an Arrow stream, one row an incident by day, or one row a cell and day where there are too many. Pure.

import { tableFromIPC } from "@uwdata/flechette";
import type { Column } from "@uwdata/flechette";

/** Codes of the rows and what each stands for; -1 stands for nothing. */
export interface Codes {
  codes: Int32Array;
  values: string[];
}

export interface StreamColumns {
  count: number;
  /** Days since 1970-01-01; the least and the greatest 32-bit number stand for an open end. */
  day: Int32Array;
  dayEnd: Int32Array;
  /** Rows at one point share a spot; -1 is a row without a place. */
  spot: Int32Array;
  /** Longitude and latitude of the spots in whole steps of `stepDeg`. */
  lonSteps: Int32Array;
  latSteps: Int32Array;
  stepDeg: number;
  eventType: Codes;
  actor1: Codes;
  actor2: Codes;
  country: Codes;
  region: Codes;
  dataset: Codes;
  datePrecision: Codes;
  /** 1 exact, 2 near, 3 area. */
  geoPrecision: Uint8Array;
  /** Reported deaths, -1 when unknown. */
  best: Int32Array;
  low: Int32Array;
  high: Int32Array;
  /** 0–100, -1 when nobody says. */
  confidence: Int32Array;
  /** Incidents a row stands for: 1, or a cell's count. */
  weight: Int32Array;
  /** Of these, how many give no figure of deaths. */
  deathsUnknown: Int32Array;
  /** Zoom of the cells; null where a row is an incident. */
  cellZoom: number | null;
  withheld: number;
}

/** Numbers of a column as 32-bit integers, what is missing as `none`. */
function integers(column: Column<unknown> | undefined, count: number, none: number): Int32Array {
  const numbers = new Int32Array(count).fill(none);
  if (!column) return numbers;
  let at = 0;
  for (const batch of column.data) {
    const { values, nullCount } = batch as unknown as { values: ArrayLike<number>; nullCount: number };
    for (let i = 0; i < batch.length; i++) numbers[at + i] = nullCount > 0 && batch.at(i) === null ? none : values[i]!;
    at += batch.length;
  }
  return numbers;
}

/** Codes of a dictionary column without making a string a row. */
function codes(column: Column<unknown> | undefined, count: number): Int32Array {
  return integers(column && ({ data: column.data.map(keys) } as unknown as Column<unknown>), count, -1);
}

function keys(batch: unknown): unknown {
  const { values, length, nullCount, validity } = batch as { values: ArrayLike<number>; length: number; nullCount: number; validity: Uint8Array };
  return { values, length, nullCount, at: (i: number) => (validity[i >> 3]! & (1 << (i & 7)) ? values[i] : null) };
}

function words(column: Column<unknown> | undefined, count: number): Codes {
  const dictionary = (column?.data[0] as unknown as { dictionary?: Column<unknown> } | undefined)?.dictionary;
  return { codes: codes(column, count), values: dictionary ? Array.from(dictionary.toArray() as ArrayLike<string>) : [] };
}

export function readStream(bytes: Uint8Array): StreamColumns {
  const table = tableFromIPC(bytes);
  const count = table.numRows;
  const column = (name: string) => (table.getChild(name) ?? undefined) as Column<unknown> | undefined;
  const metadata = table.schema.metadata ?? new Map<string, string>();
  const aggregated = metadata.get("aggregated") === "true";
  const position = column("position");
  const points = (position?.data[0] as unknown as { dictionary?: Column<{ lon: number; lat: number }> } | undefined)?.dictionary;
  const spots = points ? Array.from(points) : [];
  return {
    count,
    day: integers(column("day"), count, 0),
    dayEnd: integers(column("day_end"), count, 0),
    spot: codes(position, count),
    lonSteps: Int32Array.from(spots, (spot) => spot!.lon),
    latSteps: Int32Array.from(spots, (spot) => spot!.lat),
    stepDeg: Number(metadata.get("position_step_deg") ?? 0.0001),
    eventType: words(column("event_type"), count),
    actor1: words(column("actor1"), count),
    actor2: words(column("actor2"), count),
    country: words(column("country"), count),
    region: words(column("region"), count),
    dataset: words(column("dataset"), count),
    datePrecision: words(column("date_precision"), count),
    geoPrecision: Uint8Array.from(integers(column("geo_precision"), count, 3)),
    best: integers(column("fatalities_best"), count, -1),
    low: integers(column("fatalities_low"), count, -1),
    high: integers(column("fatalities_high"), count, -1),
    confidence: integers(column("confidence_percent"), count, -1),
    weight: integers(aggregated ? column("count") : undefined, count, 1),
    deathsUnknown: integers(column("fatalities_unknown"), count, 0),
    cellZoom: aggregated ? Number(metadata.get("cell_zoom") ?? 0) : null,
    withheld: Number(metadata.get("withheld") ?? 0),
  };
}
