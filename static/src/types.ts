// Shapes of the server's answers as the page reads them, and the events the parts exchange.

import type { Feature, MultiPolygon, Point, Polygon } from "geojson";

export const DATE_PRECISIONS = ["day", "week", "month", "year"] as const;
export type Precision = (typeof DATE_PRECISIONS)[number];

export const EVENT_TYPES = [
  "battle",
  "attack_on_civilians",
  "explosion_or_remote",
  "abduction",
  "looting_or_arson",
  "blockade_enforcement",
  "convoy_attack",
  "capture_of_place",
  "withdrawal_or_recapture",
  "protest_or_riot",
  "strategic_development",
  "other",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Order of stacking, of the legend and of the filters. */
export const SIDES = [
  "state",
  "foreign_ally",
  "jnim",
  "islamic_state",
  "separatist",
  "self_defence",
  "international",
  "civilian",
  "other",
  "unknown",
] as const;
export type Side = (typeof SIDES)[number];

export const CONTROL_STATUSES = ["control", "influence", "contested", "presence", "none_reported", "abandoned"] as const;
export type ControlStatus = (typeof CONTROL_STATUSES)[number];

/** From the least to the most severe; `unknown` is none of these. */
export const CORRIDOR_STATUSES = ["open", "disrupted", "escort_only", "blocked", "cut"] as const;
export type CorridorStatus = (typeof CORRIDOR_STATUSES)[number] | "unknown";

export interface IncidentProperties {
  date_start: string | null;
  date_end: string | null;
  date_precision: Precision | null;
  geo_precision: number | null;
  event_type: string | null;
  sub_event_type: string | null;
  actor1: string | null;
  actor2: string | null;
  fatalities_best: number | null;
  fatalities_low: number | null;
  fatalities_high: number | null;
  country: string | null;
  region: string | null;
  place: string | null;
  title: string | null;
  notes: string | null;
  source: string | null;
  dataset: string | null;
  licence: string | null;
  confidence: number | null;
  verification?: string | null;
  known_at: string | null;
}
export type IncidentFeature = Feature<Point | null, IncidentProperties> & { id: string };

export interface RegionProperties {
  level: number;
  code: string;
  name: string;
  name_fr: string | null;
  country: string | null;
  parent: string | null;
}
export type RegionFeature = Feature<Polygon | MultiPolygon, RegionProperties>;

export interface PlaceProperties {
  name: string;
  name_fr: string | null;
  country: string | null;
  population: number | null;
  kind: string | null;
}
export type PlaceFeature = Feature<Point, PlaceProperties>;

export interface ControlChange {
  id: string;
  place: number;
  actor: string | null;
  status: string;
  blockade: string | null;
  blockade_by: string | null;
  valid_from: string | null;
  valid_to: string | null;
  date_precision: Precision | null;
  geo_precision: number | null;
  last_confirmed: string | null;
  known_at: string | null;
  confidence: number | null;
  verification: string | null;
  source: string | null;
  note: string | null;
}
export interface ControlPlace {
  /** `place`, or what is wider: `admin` (a region), `polygon`, `road_segment`. */
  target?: string;
  place: string;
  country: string | null;
  region: string | null;
  lon: number;
  lat: number;
  population: number | null;
}
/** What is assessed of land: the reported statuses that claim a zone. */
export const STANDINGS = ["control", "influence", "contested", "none_reported", "abandoned"] as const;
export type Standing = (typeof STANDINGS)[number];

/** The land that a place speaks for, or a region or drawn area that stands for itself. */
export interface ControlLand {
  id: string;
  place: string;
  country: string | null;
  region: string | null;
  lon: number | null;
  lat: number | null;
  population: number | null;
  area_km2: number;
  /** Corners of the grid, x0, y0, x1, y1, … in whole steps of `grid_deg`. */
  rings?: number[][];
  /** Coordinates of a MultiPolygon in degrees. */
  outline?: [number, number][][][] | null;
}
export interface ControlAnswer {
  /** Rows that may not be passed on to this reader; absent when there are none. */
  withheld?: number;
  places: ControlPlace[];
  changes: ControlChange[];
  grid_deg: number;
  areas: ControlLand[];
  /** Statuses and codes of parties, which rows name by their place in it. */
  words: string[];
  states: { columns: string[]; rows: (number | null)[][] };
}

export interface CorridorSegment {
  id: string;
  seq: number;
  from: string;
  to: string;
  length_km: number | null;
  class: string | null;
  coordinates: [number, number][];
}
export interface Corridor {
  id: string;
  name: string;
  target: string | null;
  segments: CorridorSegment[];
}
export interface CorridorChange {
  corridor: number;
  /** Position of the segment that it speaks of alone, from 1; null for the corridor as a whole. */
  segment?: number | null;
  status: string;
  valid_from: string | null;
  valid_to: string | null;
  from_precision?: string | null;
  /** Last day on which a source said so. */
  last_confirmed?: string | null;
  actor: string | null;
  confidence: number | null;
  verification: string | null;
  source: string | null;
  note: string | null;
}
export interface CorridorAnswer {
  /** As in ControlAnswer. */
  withheld?: number;
  corridors: Corridor[];
  changes: CorridorChange[];
  /** How each segment counts in the measures from a day on, days since 1970-01-01. */
  segment_states?: { segments: string[]; columns: string[]; rows: (number | string)[][] };
}

export interface Actor {
  code: string;
  name_en: string;
  name_fr: string | null;
  kind: string | null;
  side: string | null;
  parent_alliance?: string | null;
  active_from?: string | null;
  active_to?: string | null;
  note?: string | null;
}

export interface DatasetInfo {
  id: string;
  title: string | null;
  version: string | null;
  released: string | null;
  licence: string | null;
  licence_url: string | null;
  attribution: string | null;
  redistribution: string | boolean | null;
  homepage: string | null;
  description: string | null;
  rows: number | null;
  imported_at: string | null;
}

/** Events between the parts; what lasts lives in state.ts, not here. */
export interface PageEvents {
  /** Spoken to screen readers, at most once a second. */
  announce: string;
  /** A record was chosen in a list: bring its point into view. */
  locate: { lon: number; lat: number; near?: boolean };
  /** Records of rows have come. */
  records: null;
  /** Regions, towns or datasets have come, or other incidents have taken the place of those before. */
  data: null;
  /** The cells of a front have come, or did not. */
  front: null;
  /** The map shows another part of the world. */
  moved: null;
}
