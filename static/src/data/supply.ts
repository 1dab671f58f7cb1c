// What the server measures of the roads to a town, as it answers it, and the series that is looked up while the clock moves. Pure.

import { parseDay } from "../calendar";
import type { Day } from "../calendar";
import { folded } from "./roads";

export interface Estimate {
  value: number;
  lo: number;
  hi: number;
  /** Reports that it rests on. */
  n: number;
  caveats: string[];
}
export type Maybe<T> = T | "not_computable";
export interface Isolation extends Estimate {
  since: string | null;
  since_precision: string | null;
}

export interface TargetsAnswer {
  targets: { target: string; corridors: number; gateways: string[] }[];
  towns: string[];
}

export interface SupplyNumbers {
  date: string;
  capacity_open: Maybe<Estimate>;
  supply_open: Maybe<Estimate>;
  redundancy: Maybe<Estimate>;
  isolation_days: Maybe<Isolation>;
}

export interface GatewayCorridor {
  corridor: string;
  name: string;
  status: string;
  since: string | null;
  since_precision: string | null;
  until: string | null;
  actor: string | null;
  confidence: number | null;
  last_confirmed: string | null;
  last_source_date: string | null;
  source: string | null;
  verification: string | null;
  dataset: string | null;
}
export interface Gateway {
  gateway: string;
  state: string;
  strict_state: string;
  since: string | null;
  since_precision: string | null;
  share: Estimate;
  share_is_default: boolean;
  /** Where the share and its range are from, as the corridors say it. */
  weight_source: string | null;
  detour_factor: Estimate | null;
  last_source_date: string | null;
  corridors: GatewayCorridor[];
}
export interface Bottleneck {
  segments: string[];
  from: string;
  to: string;
  status: string;
  basis: string;
  since: string | null;
  since_precision: string | null;
  actor: string | null;
  source: string | null;
  last_source_date: string | null;
}
export interface SupplyDocument extends SupplyNumbers {
  target: string;
  named_target: boolean;
  reason: string | null;
  unsatisfied_share: Maybe<Estimate>;
  gateways: Gateway[];
  bottlenecks: Bottleneck[];
  caveats: string[];
  parameters: { name: string; value: number | string; unit: string; meaning: string; source: string }[];
  sources: { dataset: string; version: string | null; licence: string | null; attribution: string | null }[];
}

/** The numbers of a day. */
export interface Reading {
  day: Day;
  capacity: Estimate | null;
  supply: Estimate | null;
  redundancy: Estimate | null;
  isolation: Isolation | null;
}

/** What the page shows of an estimate. */
function given(value: Maybe<Estimate> | undefined): Estimate | null {
  if (value === undefined || value === "not_computable") return null;
  const { lo, hi, n, caveats } = value;
  return { value: value.value, lo, hi, n, caveats };
}

export function readingOf(numbers: SupplyNumbers): Reading {
  const isolation = given(numbers.isolation_days);
  const { since, since_precision } = numbers.isolation_days === "not_computable" ? { since: null, since_precision: null } : numbers.isolation_days;
  return {
    day: parseDay(numbers.date) ?? NaN,
    capacity: given(numbers.capacity_open),
    supply: given(numbers.supply_open),
    redundancy: given(numbers.redundancy),
    isolation: isolation && { ...isolation, since, since_precision },
  };
}

/** Readings by day, ascending, each of which holds until the next; the last one up to `last`. */
export interface SupplySeries {
  readings: Reading[];
  last: Day;
}

/** The readings of days on which a number changed, up to the last day that was asked for. */
export function seriesOf(rows: SupplyNumbers[], last: Day): SupplySeries {
  const readings = rows.map(readingOf).filter(({ day }) => Number.isFinite(day));
  return { readings: readings.sort((a, b) => a.day - b.day), last };
}

/** The reading of a day: the last up to it, days of isolation counted on. Null outside the series. */
export function readingAt({ readings, last }: SupplySeries, day: Day): Reading | null {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (readings[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  const found = readings[low - 1];
  if (!found || day > last) return null;
  const { isolation } = found;
  const on = isolation && isolation.value > 0 ? day - found.day : 0;
  return { ...found, day, isolation: isolation && { ...isolation, value: isolation.value + on, lo: isolation.lo + on, hi: isolation.hi + on } };
}

/** Days on end with the same shares. */
export interface Run {
  from: Day;
  to: Day;
  capacity: Estimate | null;
  supply: Estimate | null;
}

const same = (a: Estimate | null, b: Estimate | null) =>
  a === b || (a !== null && b !== null && a.value === b.value && a.lo === b.lo && a.hi === b.hi && (a.n === 0) === (b.n === 0));

/** What a chart or a table needs to say: each level once, with its first and last day. */
export function runsOf({ readings, last }: SupplySeries): Run[] {
  const runs: Run[] = [];
  for (const [i, { day, capacity, supply }] of readings.entries()) {
    const before = runs[runs.length - 1];
    const to = (readings[i + 1]?.day ?? last + 1) - 1;
    if (before && same(before.capacity, capacity) && same(before.supply, supply)) before.to = to;
    else runs.push({ from: day, to, capacity, supply });
  }
  return runs;
}

/** Asked for most, so they stand first. */
const CAPITALS = ["Bamako", "Ouagadougou", "Niamey"];

/** Towns to choose from: the capitals, the other towns that corridors name as target, and towns on the way. Each once, by name. */
export function townGroups(answer: TargetsAnswer): { capitals: string[]; targets: string[]; towns: string[] } {
  const byName = (a: string, b: string) => a.localeCompare(b);
  const targets = answer.targets.map(({ target }) => target).sort(byName);
  return {
    capitals: CAPITALS.filter((capital) => targets.includes(capital)),
    targets: targets.filter((target) => !CAPITALS.includes(target)),
    towns: answer.towns.filter((town) => !targets.includes(town)).sort(byName),
  };
}

/** The town as the server spells it; null when no corridor leads to it. */
export function townNamed(answer: TargetsAnswer, name: string): string | null {
  const wanted = folded(name);
  return [...answer.targets.map(({ target }) => target), ...answer.towns].find((town) => folded(town) === wanted) ?? null;
}

/** Both ends of a share in whole per cent. */
export function percentRange({ lo, hi }: Estimate): { low: number; high: number } {
  return { low: Math.round(lo * 100), high: Math.round(hi * 100) };
}

/** Nobody reported anything that is in force: the numbers then come from chance alone. */
export function isUnreported(estimate: Estimate | null): boolean {
  return estimate !== null && estimate.n === 0;
}
