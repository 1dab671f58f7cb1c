// Measures of supply in words: shares, ranges, counts with their intervals, and days with their precision. Pure.

import { percentRange } from "../data/supply";
import type { Estimate } from "../data/supply";
import { formatIso, formatNumber } from "../format";
import { has, t } from "../i18n/index";

/** `22 %`; a trace is not nothing. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.005) return t("supply.trace");
  return t("supply.percent", { value: formatNumber(Math.round(share * 100)) });
}

/** `15–40 %`, or one number where both ends round to it. */
export function formatRange(estimate: Estimate): string {
  const { low, high } = percentRange(estimate);
  return low === high ? formatShare(estimate.value) : t("supply.range", { low: formatNumber(low), high: formatNumber(high) });
}

/** `2 (1–3)`: the figure on the reports as they stand, and its interval where it has one. */
export function formatCount({ value, lo, hi }: Estimate): string {
  const round = (number: number) => formatNumber(Math.round(number * 10) / 10);
  return lo === hi && lo === value ? round(value) : t("supply.countRange", { value: round(value), low: round(lo), high: round(hi) });
}

/** A date no finer than it is known. */
export function formatSince(date: string | null, precision: string | null): string {
  if (date === null) return t("word.unknown");
  const key = `precision.date.${precision}`;
  return precision !== null && precision !== "day" && has(key) ? `${formatIso(date)} (${t(key)})` : formatIso(date);
}
