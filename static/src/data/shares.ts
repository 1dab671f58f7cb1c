// Shares of a region over the years by who is assessed to hold it, as the server tells them: a point for each day on which one moves. Pure.

import { parseDay } from "../calendar";
import type { Day } from "../calendar";

/** Never one without the others: places, people and land differ. */
export const DENOMINATORS = ["places", "population", "area"] as const;
export type Denominator = (typeof DENOMINATORS)[number];

/** The five numbers of `envelope.form`. */
interface ToldShare extends Record<Denominator, number[]> {
  actor: string;
}
export interface SeriesAnswer {
  to: string;
  envelope: { form: string[] };
  regions: {
    region: string;
    totals: { places: number; population: number; area_km2: number } | null;
    points: { date: string; n: number; label?: Record<Denominator, string>; shares: ToldShare[] }[];
  }[];
}

export interface Measure {
  value: number;
  lo: number;
  hi: number;
  /** Of the places that are surely, and that are perhaps, so; null where the server does not tell. */
  definite: number | null;
  possible: number | null;
}

export interface Share {
  /** Code of an actor, or `contested`, `none_reported`, `abandoned`, `unknown`. */
  who: string;
  of: Record<Denominator, Measure>;
}

export interface SharePoint {
  day: Day;
  /** Statements in force. */
  statements: number;
  labels: Record<Denominator, string> | null;
  /** They sum to 1; the unknown one is the last. */
  shares: Share[];
}

export interface ShareSeries {
  totals: Record<Denominator, number> | null;
  points: SharePoint[];
  /** Last day that it speaks of. */
  to: Day;
}

/** The series of one region; null when the answer has none of it. */
export function shareSeries(answer: SeriesAnswer, id: string): ShareSeries | null {
  const region = answer.regions.find(({ region }) => region === id);
  if (!region) return null;
  const at = (name: string) => answer.envelope.form.indexOf(name);
  const [value, lo, hi, definite, possible] = ["value", "lo", "hi", "definite", "possible"].map(at) as [number, number, number, number, number];
  const measure = (told: number[]): Measure => ({
    value: told[value] ?? 0,
    lo: told[lo] ?? 0,
    hi: told[hi] ?? 1,
    definite: told[definite] ?? null,
    possible: told[possible] ?? null,
  });
  const points = region.points.flatMap(({ date, n, label, shares }): SharePoint[] => {
    const day = parseDay(date);
    if (day === null) return [];
    const read = shares.map((share): Share => ({
      who: share.actor,
      of: { places: measure(share.places), population: measure(share.population), area: measure(share.area) },
    }));
    return [{ day, statements: n, labels: label ?? null, shares: read }];
  });
  const totals = region.totals;
  return {
    totals: totals && { places: totals.places, population: totals.population, area: totals.area_km2 },
    points,
    to: parseDay(answer.to) ?? points[points.length - 1]?.day ?? 0,
  };
}

/** What holds on a day: the last point up to it. Null before the first. */
export function pointAt({ points }: Pick<ShareSeries, "points">, day: Day): SharePoint | null {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  return points[low - 1] ?? null;
}

/** Whoever has a share on any day, the greatest first; `unknown` is not among them. */
export function holders({ points }: Pick<ShareSeries, "points">, by: Denominator): string[] {
  const most = new Map<string, number>();
  for (const { shares } of points) for (const { who, of } of shares) most.set(who, Math.max(most.get(who) ?? 0, of[by].value));
  most.delete("unknown");
  return [...most].sort((a, b) => b[1] - a[1]).map(([who]) => who);
}
