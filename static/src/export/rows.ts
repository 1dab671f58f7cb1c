// The selection as a file: CSV or GeoJSON of the records that the window and the filters leave, with their sources and licences.

import type { Incident } from "../data/incidents";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { saveBlob } from "./download";

const COLUMNS = [
  "date_start",
  "date_end",
  "date_precision",
  "geo_precision",
  "event_type",
  "sub_event_type",
  "actor1",
  "actor2",
  "fatalities_best",
  "fatalities_low",
  "fatalities_high",
  "country",
  "region",
  "place",
  "title",
  "notes",
  "source",
  "dataset",
  "licence",
  "confidence",
  "known_at",
] as const;

/** A cell of RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export function toCsv(items: Incident[]): string {
  const lines = items.map((item) => [item.id, ...COLUMNS.map((column) => item[column]), item.lon, item.lat].map(csvCell).join(","));
  return [["id", ...COLUMNS, "lon", "lat"].join(","), ...lines, ""].join("\r\n");
}

export function toGeojson(items: Incident[], members: Record<string, unknown>): string {
  return JSON.stringify({
    type: "FeatureCollection",
    ...members,
    features: items.map((item) => ({
      type: "Feature",
      id: item.id,
      geometry: item.lon === null || item.lat === null ? null : { type: "Point", coordinates: [item.lon, item.lat] },
      properties: Object.fromEntries(COLUMNS.map((column) => [column, item[column]])),
    })),
  });
}

/** Above so many, all records are fetched rather than those of the rows' days. */
const MANY = 1_000;

export async function downloadRows(page: Page, rows: number[], name: string, format: "csv" | "geojson"): Promise<void> {
  if (rows.some((row) => !page.records.has(row))) await (rows.length > MANY ? page.records.loadAll() : page.records.load(rows));
  // A row whose days hold too much to fetch in one go comes with the rest.
  if (rows.some((row) => !page.records.has(row))) await page.records.loadAll();
  const items = rows.map((row) => page.incident(row));
  const used = new Set(items.map((item) => item.dataset));
  const sources = page.data.datasets.filter(({ id }) => used.has(id)).map(({ attribution, licence, title, id }) => `${attribution ?? title ?? id} (${licence ?? "?"})`);
  if (format === "csv") saveBlob(new Blob(["\ufeff", toCsv(items)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
  else saveBlob(new Blob([toGeojson(items, { sources, note: t("legend.selectionNote") })], { type: "application/geo+json" }), `${name}.geojson`);
}
