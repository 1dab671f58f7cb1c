// Dates, counts and names in the reader's language, and source texts split into words and links. Pure: makes strings, no nodes.

import { endOf, isoDay, parseDay, startOf, toDate } from "./calendar";
import type { Day, Span } from "./calendar";
import type { Deaths } from "./data/selection";
import type { Incident } from "./data/incidents";
import { LOCALES, has, language, plural, t } from "./i18n/index";

/** Formatters cost far more to make than to use, and a step of the player uses several. */
const formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  let found = formatters.get(key);
  if (!found) formatters.set(key, (found = make()));
  return found as T;
}

export function formatNumber(value: number): string {
  const locale = LOCALES[language()];
  return kept(`number/${locale}`, () => new Intl.NumberFormat(locale)).format(value);
}

function parts(day: Day, month: "long" | "short"): { day: string; month: string; year: string } {
  const date = toDate(day);
  const locale = LOCALES[language()];
  const name = kept(`${month}/${locale}`, () => new Intl.DateTimeFormat(locale, { month, timeZone: "UTC" })).format(date);
  const number = date.getUTCDate();
  return {
    day: language() === "fr" && number === 1 ? "1er" : plain(number),
    month: name,
    year: plain(date.getUTCFullYear()),
  };
}

/** In the language's digits, without a mark between thousands. */
function plain(value: number): string {
  const locale = LOCALES[language()];
  return kept(`plain/${locale}`, () => new Intl.NumberFormat(locale, { useGrouping: false })).format(value);
}

/** `Oct`, `oct.`: for the axis under the slider. */
export function formatMonth(day: Day): string {
  return parts(day, "short").month;
}

/** `9 November 2025`, `1er novembre 2025`. */
export function formatDay(day: Day, month: "long" | "short" = "long"): string {
  const p = parts(day, month);
  return `${p.day} ${p.month} ${p.year}`;
}

/** An ISO date of the data in words, or the text itself when it is none. */
export function formatIso(text: string | null): string {
  const day = parseDay(text);
  return day === null ? (text ?? t("word.unknown")) : formatDay(day);
}

/** A window in words, as short as it can be said: `3 to 9 November 2025`, `October 2025`, `2012 to 2014`. */
export function formatSpan(span: Span): string {
  const { from, to } = span;
  if (from === to) return formatDay(from);
  const a = parts(from, "long");
  const b = parts(to, "long");
  const sameYear = a.year === b.year;
  const range = (first: string, last: string) => t("date.range", { from: first, to: last });
  if (from === startOf(from, "month") && to === endOf(to, "month")) {
    if (from === startOf(from, "year") && to === endOf(to, "year")) {
      return sameYear ? a.year : t("date.rangeBare", { from: a.year, to: b.year });
    }
    if (sameYear && a.month === b.month) return `${b.month} ${b.year}`;
    return t("date.rangeBare", { from: sameYear ? a.month : `${a.month} ${a.year}`, to: `${b.month} ${b.year}` });
  }
  if (sameYear && a.month === b.month) return range(a.day, `${b.day} ${b.month} ${b.year}`);
  if (sameYear) return range(`${a.day} ${a.month}`, `${b.day} ${b.month} ${b.year}`);
  return range(formatDay(from), formatDay(to));
}

/** When an incident is said to have happened, no finer than its precision. */
export function formatWhen(row: Incident): string {
  if (row.firstDay === null || row.lastDay === null) return t("word.undated");
  const text = formatSpan({ from: row.firstDay, to: row.lastDay });
  return row.precision === "day" ? text : `${text} (${t(`precision.date.${row.precision}`)})`;
}

/** `4 incidents, 12 reported deaths`; deaths are left out when no record gives a figure. */
export function formatCounts(incidents: number, deaths: Deaths): string {
  const count = plural("count.incidents", incidents);
  return deaths.given === 0 ? count : `${count}, ${plural("count.deaths", deaths.best)}`;
}

/** What a sum of deaths rests on: `Deaths given in 13 of 47 records: 484 (442–555). Not a total.` */
export function formatDeathsNote(incidents: number, deaths: Deaths): string {
  if (deaths.given === 0) return "";
  const { low, best, high } = deaths;
  const text = formatNumber(best);
  const sum = low === best && high === best ? text : t("deaths.shortRange", { text, low: formatNumber(low), high: formatNumber(high) });
  return plural("deaths.note", deaths.given, { all: formatNumber(incidents), sum });
}

/** Low–best–high of one incident, in words. */
export function formatDeaths(row: Incident): string {
  const { fatalities_low: low, fatalities_best: best, fatalities_high: high } = row;
  if (low === null && best === null && high === null) return t("deaths.unknown");
  const number = (value: number | null) => (value === null ? t("deaths.none") : formatNumber(value));
  return t("deaths.triple", { low: number(low), best: number(best), high: number(high) });
}

/** The same on one line of a list: `10 reported deaths (10–20)`. */
export function formatDeathsShort(row: Incident): string {
  const { fatalities_low: low, fatalities_best: best, fatalities_high: high } = row;
  if (best === null) return high === null ? t("deaths.unknown") : t("deaths.onlyHigh", { count: formatNumber(high) });
  const text = plural("deaths.short", best);
  if ((low ?? best) === best && (high ?? best) === best) return text;
  return t("deaths.shortRange", { text, low: formatNumber(low ?? best), high: formatNumber(high ?? best) });
}

/** `3 to 9 November 2025: 4 incidents` with the language's own colon. */
export function formatLead(span: Span, counts: string): string {
  return t("date.counts", { date: formatSpan(span), counts });
}

/** For a heading: French month names begin small. */
export function capitalise(text: string): string {
  return text.charAt(0).toLocaleUpperCase(LOCALES[language()]) + text.slice(1);
}

export type ConfidenceLevel = "high" | "medium" | "low" | "unknown";

/** The curators' judgement in three steps; the thresholds are ours and stated in the legend's page. */
export function confidenceLevel(confidence: number | null): ConfidenceLevel {
  if (confidence === null || Number.isNaN(confidence)) return "unknown";
  if (confidence >= 0.85) return "high";
  return confidence >= 0.65 ? "medium" : "low";
}

export function formatConfidence(confidence: number | null): string {
  const level = t(`confidence.${confidenceLevel(confidence)}`);
  return confidence === null ? level : t("confidence.of", { level, value: formatNumber(confidence) });
}

/** A coded value (`capture_of_place`) by the catalogue, or with its underscores opened when the catalogue has none. */
export function label(group: string, value: string | null): string {
  if (!value) return t("word.unknown");
  return has(`${group}.${value}`) ? t(`${group}.${value}`) : value.replace(/_/g, " ");
}

export function countryName(code: string | null): string {
  if (!code) return t("word.unknown");
  try {
    return new Intl.DisplayNames([LOCALES[language()]], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export interface TextPiece {
  text: string;
  /** Set for an http(s) address, always as https. */
  href?: string;
}

/** Splits a source text at its web addresses. Only http and https become links; closing punctuation stays outside. */
export function splitLinks(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'“”«»]+/g)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/, "");
    let url: URL;
    try {
      url = new URL(address);
    } catch {
      continue;
    }
    url.protocol = "https:";
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: url.hostname.replace(/^www\./, ""), href: url.href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

export function isoSpan(span: Span): string {
  return `${isoDay(span.from)}/${isoDay(span.to)}`;
}
