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

/** Readings by day, ascending, `step` days apart. */
export interface SupplySeries {
  readings: Reading[];
  step: number;
}

export function seriesOf(rows: SupplyNumbers[]): SupplySeries {
  const readings = rows.map(readingOf).filter(({ day }) => Number.isFinite(day));
  readings.sort((a, b) => a.day - b.day);
  // Most days repeat the day before: what repeats is kept once.
  for (const [i, reading] of readings.entries()) {
    const before = readings[i - 1];
    if (!before) continue;
    for (const name of ["capacity", "supply", "redundancy"] as const) if (repeats(before[name], reading[name])) reading[name] = before[name];
    if (reading.isolation && before.isolation && String(reading.isolation.caveats) === String(before.isolation.caveats)) reading.isolation.caveats = before.isolation.caveats;
  }
  const [first, second] = readings;
  return { readings, step: first && second ? second.day - first.day : 1 };
}

/** The reading that speaks of a day: its own, or in a series of longer steps the last before it. Null outside the series. */
export function readingAt({ readings, step }: SupplySeries, day: Day): Reading | null {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (readings[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  const found = readings[low - 1];
  return found && day - found.day < Math.max(1, step) ? found : null;
}

function repeats(a: Estimate | null, b: Estimate | null): boolean {
  return a === b || (a !== null && b !== null && same(a, b) && a.n === b.n && String(a.caveats) === String(b.caveats));
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
export function runsOf({ readings, step }: SupplySeries): Run[] {
  const runs: Run[] = [];
  for (const { day, capacity, supply } of readings) {
    const last = runs[runs.length - 1];
    const to = day + step - 1;
    if (last && same(last.capacity, capacity) && same(last.supply, supply)) last.to = to;
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
