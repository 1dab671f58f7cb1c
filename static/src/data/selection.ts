// Which incidents the reader's interval and filters leave, their sums, and the counts beside each filter value. Pure.

import type { Span } from "../calendar";
import type { Filters } from "../state";
import { lowerBound } from "./incidents";
import type { Incident, IncidentTable } from "./incidents";

export interface Deaths {
  low: number;
  best: number;
  high: number;
  /** Rows that give any figure. */
  given: number;
}

export interface Selection {
  /** Row numbers of the table, by first day. */
  indices: number[];
  deaths: Deaths;
}

export type Facet = "sides" | "actors" | "types" | "countries";
export const FACETS: Facet[] = ["sides", "actors", "types", "countries"];

/** Accent- and case-insensitive form for searching. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export function actorsOf(row: Incident): string[] {
  return [row.actor1, row.actor2].filter((code): code is string => Boolean(code));
}

function facetValues(row: Incident, facet: Facet): string[] {
  if (facet === "sides") return [row.side];
  if (facet === "types") return [row.type];
  if (facet === "countries") return row.country ? [row.country] : [];
  return actorsOf(row);
}

function passesFacet(row: Incident, facet: Facet, wanted: string[]): boolean {
  return wanted.length === 0 || facetValues(row, facet).some((value) => wanted.includes(value));
}

function passesText(row: Incident, needle: string): boolean {
  if (needle === "") return true;
  const hay = fold([row.title, row.place, row.notes, row.actor1, row.actor2, row.source].join(" "));
  return needle.split(/\s+/).every((word) => hay.includes(word));
}

export function passes(row: Incident, filters: Filters): boolean {
  return FACETS.every((facet) => passesFacet(row, facet, filters[facet])) && passesText(row, fold(filters.text.trim()));
}

/** One byte a row: 1 where the filters let it through. Made anew only when the filters change. */
export function filterMask(table: IncidentTable, filters: Filters): Uint8Array {
  return Uint8Array.from(table.rows, (row) => (passes(row, filters) ? 1 : 0));
}

/** Rows whose days meet the window; both ends inclusive. */
export function rowsIn(table: IncidentTable, window: Span, mask: Uint8Array | null): number[] {
  const indices: number[] = [];
  const end = lowerBound(table.first, window.to + 1);
  for (let i = lowerBound(table.first, window.from - table.reach); i < end; i++) {
    if (table.last[i]! >= window.from && (mask === null || mask[i] === 1)) indices.push(i);
  }
  return indices;
}

/**
 * Sums of reported deaths. A row without a best figure adds nothing to `best`; a missing bound falls back to the best figure,
 * so low ≤ best ≤ high holds. Rows that give no figure at all are not counted as zero: `given` says how many spoke.
 */
export function sumDeaths(rows: Iterable<Incident>): Deaths {
  const deaths: Deaths = { low: 0, best: 0, high: 0, given: 0 };
  for (const row of rows) {
    const { fatalities_low: low, fatalities_best: best, fatalities_high: high } = row;
    if (low === null && best === null && high === null) continue;
    deaths.given += 1;
    deaths.low += low ?? best ?? 0;
    deaths.best += best ?? low ?? 0;
    deaths.high += high ?? best ?? low ?? 0;
  }
  return deaths;
}

export function select(table: IncidentTable, window: Span, mask: Uint8Array): Selection {
  const indices = rowsIn(table, window, mask);
  return { indices, deaths: sumDeaths(indices.map((i) => table.rows[i]!)) };
}

/** Rows per value of one facet within the window, under the other filters. */
export function facetCounts(table: IncidentTable, window: Span, filters: Filters, facet: Facet): Map<string, number> {
  const others: Filters = { ...filters, [facet]: [] };
  const counts = new Map<string, number>();
  for (const i of rowsIn(table, window, null)) {
    const row = table.rows[i]!;
    if (!passes(row, others)) continue;
    for (const value of new Set(facetValues(row, facet))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
