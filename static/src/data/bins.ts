// The histogram under the slider: one stack a calendar unit. Pure.
// An incident that covers several days (or is dated only to the month) is spread evenly over them.

import { unitEnd, unitIndex, unitStart } from "../calendar";
import type { Span, Unit } from "../calendar";
import type { IncidentTable } from "./incidents";

export interface Bins {
  unit: Unit;
  /** unitIndex of the first bin. */
  first: number;
  count: number;
  series: number;
  /** `count × series` weights, bin by bin. */
  weights: Float64Array;
  /** Whole incidents of each series, whatever their days. */
  counts: Float64Array;
  /** Highest stack; at least 1. */
  peak: number;
}

export function binIncidents(
  table: IncidentTable,
  passes: (row: number) => boolean,
  span: Span,
  unit: Unit,
  seriesOf: Uint8Array,
  series: number,
): Bins {
  const first = unitIndex(span.from, unit);
  const count = unitIndex(span.to, unit) - first + 1;
  const weights = new Float64Array(count * series);
  const counts = new Float64Array(series);
  // Bin of each day of the span, so that no date is taken apart a row.
  const starts = Int32Array.from({ length: count + 1 }, (_, bin) => unitStart(first + bin, unit));
  const origin = starts[0]!;
  const binOf = new Int32Array(Math.max(1, unitEnd(first + count - 1, unit) - origin + 1));
  for (let bin = 0; bin < count; bin++) binOf.fill(bin, starts[bin]! - origin, starts[bin + 1]! - origin);
  const bin = (day: number) => (day < origin ? 0 : (binOf[day - origin] ?? count - 1));
  for (let i = 0; i < table.dated; i++) {
    if (!passes(i)) continue;
    const [start, end, weight] = [table.first[i]!, table.last[i]!, table.weight[i]!];
    counts[seriesOf[i]!]! += weight;
    const firstBin = bin(start);
    if (start === end) {
      if (start >= origin) weights[firstBin * series + seriesOf[i]!]! += weight;
      continue;
    }
    const length = end - start + 1;
    for (let at = firstBin; at <= bin(end); at++) {
      const overlap = Math.min(end, starts[at + 1]! - 1) - Math.max(start, starts[at]!) + 1;
      if (overlap > 0) weights[at * series + seriesOf[i]!]! += (weight * overlap) / length;
    }
  }
  let peak = 1;
  for (let at = 0; at < count; at++) {
    let total = 0;
    for (let s = 0; s < series; s++) total += weights[at * series + s]!;
    peak = Math.max(peak, total);
  }
  return { unit, first, count, series, weights, counts, peak };
}
