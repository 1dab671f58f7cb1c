// Invented records for the tests, as the server's stream would tell them.

import { parseDay } from "../../static/src/calendar";
import { incidentTable } from "../../static/src/data/incidents";
import type { Codes, StreamColumns } from "../../static/src/data/stream";
import type { IncidentFeature, IncidentProperties, Side } from "../../static/src/types";

export function incident(id: string, patch: Partial<IncidentProperties> = {}, point: [number, number] | null = [0, 14]): IncidentFeature {
  return {
    type: "Feature",
    id: `test:${id}`,
    geometry: point && { type: "Point", coordinates: point },
    properties: {
      date_start: "2025-10-10",
      date_end: "2025-10-10",
      date_precision: "day",
      geo_precision: 1,
      event_type: "battle",
      sub_event_type: null,
      actor1: "JNIM",
      actor2: "FAMA",
      fatalities_best: null,
      fatalities_low: null,
      fatalities_high: null,
      country: "ML",
      region: "ML-5",
      place: "Somewhere",
      title: "An event",
      notes: null,
      source: null,
      dataset: "test",
      licence: "CC0-1.0",
      confidence: 0.9,
      known_at: null,
      ...patch,
    },
  };
}

const STEP = 0.0001;

function coded(values: (string | null)[]): Codes {
  const known: string[] = [];
  const codes = values.map((value) => {
    if (value === null) return -1;
    if (!known.includes(value)) known.push(value);
    return known.indexOf(value);
  });
  return { codes: Int32Array.from(codes), values: known };
}

/** The columns of /playback/incidents over these features: by day, then country, region, point and id. */
export function stream(features: IncidentFeature[]): StreamColumns {
  const open = (text: string | null, otherwise: number) => parseDay(text) ?? otherwise;
  const rows = features
    .map((feature) => ({
      feature,
      p: feature.properties,
      day: open(feature.properties.date_start, -(2 ** 31)),
      end: open(feature.properties.date_end, 2 ** 31 - 1),
      at: feature.geometry?.coordinates.map((degrees) => Math.round(degrees / STEP)).join() ?? null,
    }))
    .sort((a, b) => a.day - b.day || `${a.p.country}${a.p.region}${a.at}`.localeCompare(`${b.p.country}${b.p.region}${b.at}`) || (a.feature.id < b.feature.id ? -1 : 1));
  const spots = coded(rows.map(({ at }) => at));
  const numbers = (of: (row: (typeof rows)[number]) => number | null) => Int32Array.from(rows, (row) => of(row) ?? -1);
  const words = (of: (row: (typeof rows)[number]) => string | null) => coded(rows.map(of));
  return {
    count: rows.length,
    day: Int32Array.from(rows, ({ day }) => day),
    dayEnd: Int32Array.from(rows, ({ end }) => end),
    spot: spots.codes,
    lonSteps: Int32Array.from(spots.values, (at) => Number(at.split(",")[0])),
    latSteps: Int32Array.from(spots.values, (at) => Number(at.split(",")[1])),
    stepDeg: STEP,
    eventType: words(({ p }) => p.event_type),
    actor1: words(({ p }) => p.actor1),
    actor2: words(({ p }) => p.actor2),
    country: words(({ p }) => p.country),
    region: words(({ p }) => p.region),
    dataset: words(({ p }) => p.dataset),
    datePrecision: words(({ p }) => p.date_precision),
    geoPrecision: Uint8Array.from(rows, ({ p }) => p.geo_precision ?? 3),
    best: numbers(({ p }) => p.fatalities_best),
    low: numbers(({ p }) => p.fatalities_low),
    high: numbers(({ p }) => p.fatalities_high),
    confidence: numbers(({ p }) => (p.confidence === null ? null : Math.round(p.confidence * 100))),
    weight: Int32Array.from(rows, () => 1),
    deathsUnknown: Int32Array.from(rows, ({ p }) => (p.fatalities_best === null && p.fatalities_low === null && p.fatalities_high === null ? 1 : 0)),
    cellZoom: null,
    withheld: 0,
  };
}

export const sideOf = (code: string | null): Side => (code === "JNIM" ? "jnim" : code === "FAMA" ? "state" : "unknown");
/** Later than every invented record that is not meant to lie in the future. */
export const TODAY = Date.UTC(2026, 9, 6) / 86_400_000;
export const table = (...features: IncidentFeature[]) => incidentTable(stream(features), sideOf, TODAY);

/** An answer of /playback/control without a statement. */
export const NO_CONTROL = { places: [], changes: [], grid_deg: 0.1, areas: [], words: [], states: { columns: [], rows: [] } };
