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
  /** Highest stack; at least 1. */
  peak: number;
}

export function binIncidents(
  table: IncidentTable,
  mask: Uint8Array,
  span: Span,
  unit: Unit,
  seriesOf: Uint8Array,
  series: number,
): Bins {
  const first = unitIndex(span.from, unit);
  const count = unitIndex(span.to, unit) - first + 1;
  const weights = new Float64Array(count * series);
  for (let i = 0; i < table.rows.length; i++) {
    if (mask[i] !== 1) continue;
    const start = table.first[i]!;
    const end = table.last[i]!;
    const length = end - start + 1;
    const lastBin = Math.min(unitIndex(end, unit) - first, count - 1);
    for (let bin = Math.max(unitIndex(start, unit) - first, 0); bin <= lastBin; bin++) {
      const overlap = Math.min(end, unitEnd(first + bin, unit)) - Math.max(start, unitStart(first + bin, unit)) + 1;
      weights[bin * series + seriesOf[i]!]! += overlap / length;
    }
  }
  let peak = 1;
  for (let bin = 0; bin < count; bin++) {
    let total = 0;
    for (let s = 0; s < series; s++) total += weights[bin * series + s]!;
    peak = Math.max(peak, total);
  }
  return { unit, first, count, series, weights, peak };
}
