// The records behind the rows of the stream: titles, places, sources, ids. Fetched when they are needed, for a point, a few days or
// all; never for a step of the clock. A row's record is found by what both tell: day, country, region and point. Where several share
// these, both stand in the order of their ids.

import { isoDay, parseDay } from "../calendar";
import type { Day } from "../calendar";
import { describeRow, isUndated, valueAt } from "./incidents";
import type { Incident, IncidentTable } from "./incidents";
import { fold } from "./selection";
import type { IncidentFeature, IncidentProperties } from "../types";

/** Answers every feature of `/collections/incidents/items` under these parameters. */
export type FetchItems = (parameters: string, most: number) => Promise<IncidentFeature[]>;

/** Up to so many records are fetched for a list unasked. */
const FEW = 2_000;

type Known = IncidentProperties & { id: string };

/** Halves go away from zero, as the server rounds. */
function steps(degrees: number, step: number): number {
  const share = degrees / step;
  return share < 0 ? -Math.round(-share) : Math.round(share);
}

export class Records {
  private known: (Known | undefined)[];
  private texts: (string | undefined)[] = [];
  private readonly rowById = new Map<string, number>();
  private readonly rowsByKey = new Map<string, number[]>();
  private readonly listeners: (() => void)[] = [];
  private running: Promise<void> | null = null;
  private loaded = 0;
  private readonly asked: Uint8Array;

  constructor(
    private readonly table: IncidentTable,
    private readonly fetchItems: FetchItems,
  ) {
    this.known = new Array<Known | undefined>(table.total);
    this.asked = new Uint8Array(table.total);
  }

  onLoaded(run: () => void): void {
    this.listeners.push(run);
  }

  /** Whether every row has its record. */
  get complete(): boolean {
    return this.loaded >= this.table.total;
  }

  /** The row with all that is known of it by now. */
  at(row: number): Incident {
    const described = describeRow(this.table, row);
    const record = this.known[row];
    if (!record) return described;
    const { row: _, lon, lat, firstDay, lastDay, precision, type, side } = described;
    return { ...record, row, lon, lat, firstDay, lastDay, precision, type, side };
  }

  has(row: number): boolean {
    return this.known[row] !== undefined;
  }

  rowOf(id: string): number | null {
    return this.rowById.get(id) ?? null;
  }

  /** What a search looks through: the record's words where it is loaded, the stream's otherwise. */
  text(row: number, extra: (row: number) => string): string {
    const kept = this.texts[row];
    if (kept !== undefined) return kept;
    const record = this.known[row];
    const text = fold([record?.title, record?.place, record?.notes, record?.source, extra(row)].filter(Boolean).join(" "));
    this.texts[row] = text;
    return text;
  }

  /** Words follow the language. */
  forgetTexts(): void {
    this.texts = [];
  }

  private key(day: Day | null, country: string | null, region: string | null, lon: number | null, lat: number | null): string {
    return `${day ?? ""}|${country ?? ""}|${region ?? ""}|${lon ?? ""},${lat ?? ""}`;
  }

  private index(): void {
    if (this.rowsByKey.size > 0) return;
    const { table } = this;
    // The stream's order within a key is that of the ids; the table keeps it.
    for (let row = 0; row < table.total; row++) {
      const spot = table.spot[row]!;
      const at = (degrees: Float64Array) => (spot < 0 ? null : steps(degrees[spot]!, table.stepDeg));
      const day = isUndated(table, row) ? null : table.day[row]!;
      const key = this.key(day, valueAt(table.country, row), valueAt(table.region, row), at(table.spots.lon), at(table.spots.lat));
      const rows = this.rowsByKey.get(key);
      if (rows) rows.push(row);
      else this.rowsByKey.set(key, [row]);
    }
  }

  /** Gives each feature its row. Where a key has more rows than features came, none of them is known for sure. */
  take(features: IncidentFeature[]): void {
    this.index();
    const byKey = new Map<string, IncidentFeature[]>();
    for (const feature of features) {
      const { date_start, country, region } = feature.properties;
      const [lon, lat] = feature.geometry?.coordinates ?? [];
      const at = (degrees: number | undefined) => (degrees === undefined ? null : steps(degrees, this.table.stepDeg));
      const key = this.key(parseDay(date_start), country, region, at(lon), at(lat));
      const list = byKey.get(key);
      if (list) list.push(feature);
      else byKey.set(key, [feature]);
    }
    for (const [key, list] of byKey) {
      const rows = this.rowsByKey.get(key);
      if (!rows || rows.length !== list.length) continue;
      list.sort((a, b) => (a.id < b.id ? -1 : 1));
      list.forEach((feature, i) => {
        const row = rows[i]!;
        if (this.known[row]) return;
        this.known[row] = { ...feature.properties, id: String(feature.id) };
        this.texts[row] = undefined;
        this.rowById.set(String(feature.id), row);
        this.loaded += 1;
      });
    }
    for (const run of this.listeners) run();
  }

  /** All of them, where that is asked for or where they are few. */
  loadAll(): Promise<void> {
    if (this.complete) return Promise.resolve();
    this.running ??= this.fetchItems("", Infinity).then(
      (features) => {
        this.take(features);
        // What found no row is not waited for again.
        this.loaded = this.table.total;
      },
      (error: unknown) => {
        this.running = null;
        throw error;
      },
    );
    return this.running;
  }

  /** Those of a few rows: by the days they span and, where they share one, their point. */
  async load(rows: number[]): Promise<void> {
    const missing = rows.filter((row) => !this.known[row] && this.asked[row] === 0);
    if (missing.length === 0 || this.table.cellZoom !== null) return;
    if (this.running) return this.running;
    const { table } = this;
    const days = missing.filter((row) => !isUndated(table, row)).map((row) => table.day[row]!);
    const parameters: string[] = [];
    if (days.length > 0) {
      const least = days.reduce((a, b) => Math.min(a, b));
      const most = days.reduce((a, b) => Math.max(a, b));
      parameters.push(`datetime=${isoDay(least)}/${isoDay(most)}`);
    } else parameters.push("datetime=0001-01-01");
    const spot = table.spot[missing[0]!]!;
    if (spot >= 0 && missing.every((row) => table.spot[row] === spot)) {
      const half = table.stepDeg * 0.6;
      const [lon, lat] = [table.spots.lon[spot]!, table.spots.lat[spot]!];
      parameters.push(`bbox=${[lon - half, lat - half, lon + half, lat + half].map((degree) => degree.toFixed(6)).join(",")}`);
    }
    const features = await this.fetchItems(parameters.join("&"), FEW);
    // What found no record is not asked for over and over.
    for (const row of missing) this.asked[row] = 1;
    this.take(features);
  }
}
