// What every part is given: the chosen state, the loaded data, the current selection and the colours in force.

import { clockDay, endOf, parseDay, startOf } from "./calendar";
import type { Day, Span } from "./calendar";
import type { Loaded } from "./api";
import type { Bus } from "./events";
import { areaHistories } from "./data/areas";
import type { AreaHistory } from "./data/areas";
import { corridorHistories, placeHistories } from "./data/history";
import type { CorridorHistory, PlaceHistory } from "./data/history";
import { segmentStates } from "./data/roads";
import type { SegmentStates } from "./data/roads";
import { incidentOf, incidentTable } from "./data/incidents";
import type { Incident, IncidentTable } from "./data/incidents";
import { Records } from "./data/records";
import type { FetchItems } from "./data/records";
import { emptySelection, extendInto, failures, selectInto } from "./data/selection";
import type { Selection } from "./data/selection";
import type { StreamColumns } from "./data/stream";
import type { Palette } from "./draw/palette";
import { countryName, label } from "./format";
import { language } from "./i18n/index";
import type { LayerName, State, Store } from "./state";
import { SIDES } from "./types";
import type { Actor, ControlAnswer, DatasetInfo, IncidentFeature, PlaceFeature, RegionFeature, Side } from "./types";

export interface Dataset {
  incidents: IncidentTable;
  /** Come after the first map. */
  regions: RegionFeature[];
  towns: PlaceFeature[];
  datasets: DatasetInfo[];
  regionById: Map<string, RegionFeature>;
  places: PlaceHistory[];
  /** Statements on what is wider than a place: regions, drawn areas, stretches of road. */
  wide: PlaceHistory[];
  /** The land around them, and what is assessed of it. */
  areas: AreaHistory[];
  corridors: CorridorHistory[];
  /** How their segments count in the measures. */
  segmentStates: SegmentStates;
  actors: Map<string, Actor>;
  /** Records that the server may not pass on to this reader. */
  withheld: number;
  /** Last day any record speaks of, never past today: a mistyped year must not move the page. */
  lastRecord: number;
  /** What the player covers: whole months from the first record to the month after the last, never past today. */
  span: Span;
}

/** One picture of the map: a window, the day the clock stands at, and the incidents that the filters leave in it. */
export interface Scene {
  window: Span;
  day: Day;
  selection: Selection;
  /** It holds all rows of the clock's scene before it, in the same places, and more. */
  extends: boolean;
}

function sideIn(actors: Map<string, Actor>, code: string | null): Side {
  const side = code ? actors.get(code)?.side : null;
  return SIDES.find((candidate) => candidate === side) ?? "unknown";
}

export function buildDataset(loaded: Loaded, today: number): Dataset {
  const actors = new Map(loaded.actors.map((actor) => [actor.code, actor]));
  const incidents = incidentTable(loaded.stream, (code) => sideIn(actors, code), today);
  const changes = [...loaded.control.changes, ...loaded.corridors.changes];
  const starts = changes.map((change) => parseDay(change.valid_from)).filter((day): day is number => day !== null && day <= today);
  let least = today;
  let most = -Infinity;
  for (const day of starts) [least, most] = [Math.min(least, day), Math.max(most, day)];
  for (let i = 0; i < incidents.dated; i++) {
    least = Math.min(least, incidents.first[i]!);
    // The day itself, not the end of the month that a date may be known to.
    const nominal = incidents.precision[i] === 0 ? incidents.last[i]! : Math.max(incidents.day[i]!, incidents.first[i]!);
    most = Math.max(most, Math.min(nominal, today));
  }
  const lastRecord = most === -Infinity ? today : most;
  const monthAfter = endOf(endOf(lastRecord, "month") + 1, "month");
  return {
    incidents,
    regions: [],
    towns: [],
    datasets: [],
    regionById: new Map(),
    ...spoken(loaded.control),
    areas: areaHistories(loaded.control),
    corridors: corridorHistories(loaded.corridors),
    segmentStates: segmentStates(loaded.corridors),
    actors,
    withheld: loaded.stream.withheld + (loaded.control.withheld ?? 0) + (loaded.corridors.withheld ?? 0),
    lastRecord,
    span: { from: startOf(least, "month"), to: Math.min(monthAfter, today) },
  };
}

/** A town has a point of its own; a statement on a region must not be drawn as one on a town. */
function spoken(control: ControlAnswer): Pick<Dataset, "places" | "wide"> {
  const all = placeHistories(control);
  const isPlace = ({ target, lon }: PlaceHistory) => (target ?? "place") === "place" && lon !== null;
  return { places: all.filter(isPlace), wide: all.filter((place) => !isPlace(place)) };
}

export class Page {
  /** A bit a filter that the row fails; 0 passes. */
  fails: Uint16Array = new Uint16Array(0);
  records: Records;
  scene: Scene;
  /** The second picture, while two dates are compared. */
  otherScene: Scene | null = null;
  private selections: [Selection, Selection];
  /** What the clock's selection holds, to know whether the next only adds to it. */
  private selected: (Span & { fails: Uint16Array; into: Selection }) | null = null;
  /** Records that links named, before their rows were known. */
  private readonly opened = new Map<string, Incident>();

  constructor(
    readonly store: Store,
    readonly bus: Bus,
    readonly data: Dataset,
    readonly palette: () => Palette,
    private readonly fetchItems: FetchItems,
    private readonly fetchItem: (id: string) => Promise<IncidentFeature>,
    private readonly today: Day,
  ) {
    this.records = this.makeRecords();
    this.selections = [emptySelection(data.incidents), emptySelection(data.incidents)];
    this.filter();
    this.scene = this.makeScene(store.get(), 0);
    this.compare();
    // Registered first, so every later listener sees the new selection.
    store.subscribe(["filters"], () => this.filter());
    store.subscribe(["from", "to", "mode", "filters"], () => (this.scene = this.makeScene(store.get(), 0)));
    store.subscribe(["other", "filters"], () => this.compare());
  }

  private makeRecords(): Records {
    const records = new Records(this.data.incidents, this.fetchItems);
    records.onLoaded(() => {
      if (this.store.get().filters.text !== "") this.refilter();
      this.bus.emit("records", null);
    });
    return records;
  }

  private filter(): void {
    this.fails = failures(this.data.incidents, this.store.get().filters, (row) => this.records.text(row, (at) => this.words(at)));
  }

  /** After texts have come: the search may find more. */
  private refilter(): void {
    this.store.set({ filters: { ...this.store.get().filters } });
  }

  /** Other records in place of those that are there: as known on another day. */
  replaceRecords(stream: StreamColumns, control: ControlAnswer): void {
    this.data.incidents = incidentTable(stream, (code) => this.sideOf(code), this.today);
    Object.assign(this.data, spoken(control));
    this.data.areas = areaHistories(control);
    this.records = this.makeRecords();
    this.selections = [emptySelection(this.data.incidents), emptySelection(this.data.incidents)];
    this.filter();
    this.scene = this.makeScene(this.store.get(), 0);
    this.compare();
    this.bus.emit("data", null);
    this.refilter();
  }

  private makeScene(state: Span & Pick<State, "mode">, which: 0 | 1): Scene {
    const window = { from: state.from, to: state.to };
    const table = this.data.incidents;
    const into = this.selections[which];
    const before = which === 0 ? this.selected : null;
    const grows = before !== null && before.fails === this.fails && before.into === into && before.from === window.from && before.to <= window.to;
    const selection = grows ? extendInto(into, table, window, before.to, this.fails) : selectInto(into, table, window, this.fails);
    if (which === 0) this.selected = { ...window, fails: this.fails, into };
    return { window, day: clockDay(window, state.mode), selection, extends: grows };
  }

  private compare(): void {
    const { other, mode } = this.store.get();
    this.otherScene = other ? this.makeScene({ ...other, mode }, 1) : null;
  }

  get selection(): Selection {
    return this.scene.selection;
  }

  /** The day that control, roads and the date in words speak of. */
  get day(): Day {
    return this.scene.day;
  }

  incident(row: number): Incident {
    return this.records.at(row);
  }

  /** What is held of a record by its id; null until it has come. */
  incidentById(id: string): Incident | null {
    const row = this.records.rowOf(id);
    return row === null ? (this.opened.get(id) ?? null) : this.incident(row);
  }

  /** Asks for one record that a link names. */
  async open(id: string): Promise<void> {
    if (this.incidentById(id)) return;
    const feature = await this.fetchItem(id);
    this.opened.set(id, incidentOf(feature, (code) => this.sideOf(code)));
    // Its row follows from what lies at its point on its day.
    const table = this.data.incidents;
    const day = parseDay(feature.properties.date_start);
    const rows: number[] = [];
    for (let row = 0; row < table.total; row++) if (table.day[row] === day) rows.push(row);
    const [lon, lat] = feature.geometry?.coordinates ?? [NaN, NaN];
    const near = rows.filter((row) => {
      const spot = table.spot[row]!;
      return spot >= 0 && Math.abs(table.spots.lon[spot]! - lon!) < table.stepDeg && Math.abs(table.spots.lat[spot]! - lat!) < table.stepDeg;
    });
    this.bus.emit("records", null);
    await this.records.load(near);
  }

  /** Selects the record of a row, fetching it where it is not there yet. */
  async choose(row: number): Promise<void> {
    if (!this.records.has(row)) await this.records.load([row]);
    const { id, lon, lat } = this.incident(row);
    if (id !== null) this.store.set({ selected: `incident/${id}` });
    if (lon !== null && lat !== null) this.bus.emit("locate", { lon, lat });
  }

  /** What the columns say of a row in the reader's words, for the search. */
  private words(row: number): string {
    const { incidents: table } = this.data;
    const name = (code: number) => (code < 0 ? "" : `${table.actors[code]} ${this.actorName(table.actors[code]!)}`);
    const country = table.country.values[table.country.codes[row]!] ?? null;
    const region = table.region.values[table.region.codes[row]!] ?? null;
    return [
      name(table.actor1[row]!),
      name(table.actor2[row]!),
      country ? countryName(country) : "",
      this.regionName(region) ?? region ?? "",
      label("type", this.incident(row).type),
    ].join(" ");
  }

  sideOf(code: string | null): Side {
    return sideIn(this.data.actors, code);
  }

  actorName(code: string): string {
    const actor = this.data.actors.get(code);
    if (!actor) return code;
    return (language() === "fr" && actor.name_fr) || actor.name_en;
  }

  regionName(id: string | null): string | null {
    const region = id ? this.data.regionById.get(id)?.properties : null;
    if (!region) return null;
    return (language() === "fr" && region.name_fr) || region.name;
  }

  isOn(layer: LayerName): boolean {
    return this.store.get().layers.includes(layer);
  }
}

