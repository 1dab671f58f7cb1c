// Invented records for the tests.

import { incidentTable } from "../../static/src/data/incidents";
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

export const sideOf = (code: string | null): Side => (code === "JNIM" ? "jnim" : code === "FAMA" ? "state" : "unknown");
/** Later than every invented record that is not meant to lie in the future. */
export const TODAY = Date.UTC(2026, 9, 6) / 86_400_000;
export const table = (...features: IncidentFeature[]) => incidentTable(features, sideOf, TODAY);
