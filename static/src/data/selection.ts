// Which incidents the reader's interval and filters leave, their sums, and the counts beside each filter value. Pure.

import type { Day, Span } from "../calendar";
import type { Filters } from "../state";
import { EVENT_TYPES, SIDES } from "../types";
import { lowerBound } from "./incidents";
import type { IncidentTable } from "./incidents";

export interface Deaths {
  low: number;
  best: number;
  high: number;
  /** Incidents that give any figure. */
  given: number;
}

export interface Selection {
  /** Row numbers of the table, by first day: the first `count` values are in force, the rest is room. */
  rows: Int32Array;
  count: number;
  /** Incidents in them: more than the rows where these are cells. */
  incidents: number;
  deaths: Deaths;
}

export type Facet = "sides" | "actors" | "types" | "countries" | "regions" | "precisions" | "deaths" | "datasets";
export const FACETS: Facet[] = ["sides", "types", "countries", "regions", "actors", "deaths", "precisions", "datasets"];

/** Classes of reported deaths by the best figure. */
export const DEATH_CLASSES = ["unknown", "0", "1-9", "10-24", "25-99", "100+"] as const;

export function deathClass(best: number): number {
  if (best < 0) return 0;
  if (best === 0) return 1;
  if (best < 10) return 2;
  if (best < 25) return 3;
  return best < 100 ? 4 : 5;
}

/** Accent- and case-insensitive form for searching. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const derived = new WeakMap<IncidentTable, Map<Facet, ArrayLike<number>>>();

/** Number of the facet's value of each row, -1 for none. Of actors that is the first; the second stands in `actor2`. */
export function facetCodes(table: IncidentTable, facet: Facet): ArrayLike<number> {
  switch (facet) {
    case "sides":
      return table.side;
    case "types":
      return table.type;
    case "countries":
      return table.country.codes;
    case "regions":
      return table.region.codes;
    case "actors":
      return table.actor1;
    case "datasets":
      return table.dataset.codes;
    default: {
      let known = derived.get(table);
      if (!known) derived.set(table, (known = new Map()));
      let codes = known.get(facet);
      if (!codes) known.set(facet, (codes = facet === "deaths" ? Uint8Array.from(table.best, deathClass) : Int8Array.from(table.geo, (geo) => geo - 1)));
      return codes;
    }
  }
}

/** The values of a facet by their numbers. */
export function facetValues(table: IncidentTable, facet: Facet): readonly string[] {
  switch (facet) {
    case "sides":
      return SIDES;
    case "types":
      return EVENT_TYPES;
    case "countries":
      return table.country.values;
    case "regions":
      return table.region.values;
    case "actors":
      return table.actors;
    case "deaths":
      return DEATH_CLASSES;
    case "precisions":
      return ["1", "2", "3"];
    case "datasets":
      return table.dataset.values;
  }
}

/** Bit of the text search among the failures; the facets have the bits of their places in the list. */
const TEXT_BIT = 1 << FACETS.length;

export type Words = (row: number) => string;

/**
 * Which filters each row fails, a bit each: 0 passes. Made anew only when the filters change. From the bits follow both the
 * selection and, for each facet, the count of its values under the other filters.
 */
export function failures(table: IncidentTable, filters: Filters, words: Words): Uint16Array {
  const fails = new Uint16Array(table.total);
  FACETS.forEach((facet, at) => {
    const wanted = filters[facet];
    if (wanted.length === 0) return;
    const values = facetValues(table, facet);
    const lets = Uint8Array.from(values, (value) => (wanted.includes(value) ? 1 : 0));
    const bit = 1 << at;
    const codes = facetCodes(table, facet);
    for (let row = 0; row < table.total; row++) {
      const code = codes[row]!;
      const passes = (code >= 0 && lets[code] === 1) || (facet === "actors" && table.actor2[row]! >= 0 && lets[table.actor2[row]!] === 1);
      if (!passes) fails[row]! |= bit;
    }
  });
  const needles = fold(filters.text.trim()).split(/\s+/).filter(Boolean);
  if (needles.length > 0) {
    for (let row = 0; row < table.total; row++) {
      const hay = words(row);
      if (!needles.every((needle) => hay.includes(needle))) fails[row]! |= TEXT_BIT;
    }
  }
  return fails;
}

/** Room for the rows of a table, filled again for every step. */
export function emptySelection(table: IncidentTable): Selection {
  return { rows: new Int32Array(table.dated), count: 0, incidents: 0, deaths: { low: 0, best: 0, high: 0, given: 0 } };
}

/**
 * Rows whose days meet the window, both ends inclusive, and their sums, written into `into`. A row without a best figure adds
 * nothing to `best`; a missing bound falls back to the best figure, so low ≤ best ≤ high holds. Rows that give no figure are not
 * counted as zero: `given` says how many spoke.
 */
export function selectInto(into: Selection, table: IncidentTable, window: Span, fails: Uint16Array | null): Selection {
  into.count = 0;
  into.incidents = 0;
  into.deaths = { low: 0, best: 0, high: 0, given: 0 };
  return addRows(into, table, window, fails, lowerBound(table.first, window.from - table.reach, table.dated));
}

/** The same for a window that begins where the one in `into` begins and ends later than `before`: only what is new is looked at. */
export function extendInto(into: Selection, table: IncidentTable, window: Span, before: Day, fails: Uint16Array | null): Selection {
  return addRows(into, table, window, fails, lowerBound(table.first, before + 1, table.dated));
}

function addRows(into: Selection, table: IncidentTable, window: Span, fails: Uint16Array | null, start: number): Selection {
  const { first, last, best, low, high, weight, deathsUnknown } = table;
  const { rows } = into;
  let { count, incidents } = into;
  let { given, low: lowSum, best: bestSum, high: highSum } = into.deaths;
  const end = lowerBound(first, window.to + 1, table.dated);
  for (let i = start; i < end; i++) {
    if (last[i]! < window.from || (fails !== null && fails[i] !== 0)) continue;
    rows[count++] = i;
    const many = weight[i]!;
    incidents += many;
    const b = best[i]!;
    const l = low[i]!;
    const h = high[i]!;
    if (b < 0 && l < 0 && h < 0) continue;
    given += many - deathsUnknown[i]!;
    lowSum += l >= 0 ? l : b >= 0 ? b : 0;
    bestSum += b >= 0 ? b : l >= 0 ? l : 0;
    highSum += h >= 0 ? h : b >= 0 ? b : l >= 0 ? l : 0;
  }
  into.count = count;
  into.incidents = incidents;
  into.deaths = { low: lowSum, best: bestSum, high: highSum, given };
  return into;
}

/** Does any row that passes meet the window? */
export function anyIn(table: IncidentTable, window: Span, fails: Uint16Array): boolean {
  const end = lowerBound(table.first, window.to + 1, table.dated);
  for (let i = lowerBound(table.first, window.from - table.reach, table.dated); i < end; i++) {
    if (table.last[i]! >= window.from && fails[i] === 0) return true;
  }
  return false;
}

export function select(table: IncidentTable, window: Span, fails: Uint16Array | null): Selection {
  return selectInto(emptySelection(table), table, window, fails);
}

/** The rows in force as a list of their own. */
export function rowsOf(selection: Selection): number[] {
  return Array.from(selection.rows.subarray(0, selection.count));
}

/** Sums over some rows, by the rule of `selectInto`. */
export function sumDeaths(table: IncidentTable, rows: Iterable<number>): Deaths {
  const deaths: Deaths = { low: 0, best: 0, high: 0, given: 0 };
  for (const row of rows) {
    const [b, l, h] = [table.best[row]!, table.low[row]!, table.high[row]!];
    if (b < 0 && l < 0 && h < 0) continue;
    deaths.given += table.weight[row]! - table.deathsUnknown[row]!;
    deaths.low += l >= 0 ? l : Math.max(b, 0);
    deaths.best += b >= 0 ? b : Math.max(l, 0);
    deaths.high += h >= 0 ? h : b >= 0 ? b : Math.max(l, 0);
  }
  return deaths;
}

/** Incidents of each value of each facet in the window, under the filters of all other facets; by the numbers of the values. */
export function facetCounts(table: IncidentTable, window: Span, fails: Uint16Array): Map<Facet, Uint32Array> {
  const { first, last, weight, actor2 } = table;
  const start = lowerBound(first, window.from - table.reach, table.dated);
  const end = lowerBound(first, window.to + 1, table.dated);
  const { from } = window;
  return new Map(
    FACETS.map((facet, at) => {
      const counts = new Uint32Array(facetValues(table, facet).length);
      const codes = facetCodes(table, facet);
      // A row counts when it fails no filter, or this facet's alone.
      const own = 1 << at;
      for (let i = start; i < end; i++) {
        if (last[i]! < from || (fails[i]! & ~own) !== 0) continue;
        const code = codes[i]!;
        if (code >= 0) counts[code]! += weight[i]!;
        if (facet !== "actors") continue;
        const second = actor2[i]!;
        if (second >= 0 && second !== code) counts[second]! += weight[i]!;
      }
      return [facet, counts] as const;
    }),
  );
}
