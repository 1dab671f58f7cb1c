// What every part is given: the chosen state, the loaded data, the current selection and the colours in force.

import type { Span } from "./calendar";
import { endOf, parseDay, startOf } from "./calendar";
import type { Loaded } from "./api";
import type { Bus } from "./events";
import { corridorHistories, placeHistories } from "./data/history";
import type { CorridorHistory, PlaceHistory } from "./data/history";
import { incidentTable } from "./data/incidents";
import type { IncidentTable } from "./data/incidents";
import { filterMask, select } from "./data/selection";
import type { Selection } from "./data/selection";
import type { Palette } from "./draw/palette";
import { language } from "./i18n/index";
import type { Store } from "./state";
import { SIDES } from "./types";
import type { Actor, DatasetInfo, PlaceFeature, RegionFeature, Side } from "./types";

export interface Dataset {
  incidents: IncidentTable;
  regions: RegionFeature[];
  towns: PlaceFeature[];
  places: PlaceHistory[];
  corridors: CorridorHistory[];
  actors: Map<string, Actor>;
  datasets: DatasetInfo[];
  regionById: Map<string, RegionFeature>;
  /** Records that the server may not pass on to this reader. */
  withheld: number;
  /** Last day any record speaks of, never past today: a mistyped year must not move the page. */
  lastRecord: number;
  /** What the player covers: whole months from the first record to the month after the last, never past today. */
  span: Span;
}

export function buildDataset(loaded: Loaded, today: number): Dataset {
  const actors = new Map(loaded.actors.map((actor) => [actor.code, actor]));
  const sideOf = (code: string | null): Side => {
    const side = code ? actors.get(code)?.side : null;
    return SIDES.find((candidate) => candidate === side) ?? "unknown";
  };
  const incidents = incidentTable(loaded.incidents, sideOf, today);
  const changes = [...loaded.control.changes, ...loaded.corridors.changes];
  const starts = changes.map((change) => parseDay(change.valid_from)).filter((day): day is number => day !== null && day <= today);
  const firsts = [...starts, ...incidents.first];
  const lasts = [...starts, ...incidents.rows.map((row) => Math.min(parseDay(row.date_end) ?? row.lastDay!, today))];
  const least = (days: number[]) => days.reduce((a, b) => Math.min(a, b), today);
  const most = (days: number[]) => days.reduce((a, b) => Math.max(a, b), -Infinity);
  const lastRecord = lasts.length > 0 ? most(lasts) : today;
  const monthAfter = endOf(endOf(lastRecord, "month") + 1, "month");
  return {
    incidents,
    // Without a geometry there is nothing to draw or to hit.
    regions: loaded.regions.filter((region) => region.geometry),
    towns: loaded.places.filter((place) => place.geometry),
    places: placeHistories(loaded.control),
    corridors: corridorHistories(loaded.corridors),
    actors,
    datasets: loaded.datasets,
    withheld: loaded.withheld,
    regionById: new Map(loaded.regions.map((region) => [String(region.id ?? region.properties.code), region])),
    lastRecord,
    span: { from: startOf(least(firsts), "month"), to: Math.min(monthAfter, today) },
  };
}

export class Page {
  selection: Selection = { indices: [], deaths: { low: 0, best: 0, high: 0, given: 0 } };
  mask: Uint8Array;

  constructor(
    readonly store: Store,
    readonly bus: Bus,
    readonly data: Dataset,
    readonly palette: () => Palette,
  ) {
    this.mask = filterMask(data.incidents, store.get().filters);
    this.refresh();
    // Registered first, so every later listener sees the new selection.
    store.subscribe(["filters"], () => {
      this.mask = filterMask(data.incidents, store.get().filters);
    });
    store.subscribe(["from", "to", "filters"], () => this.refresh());
  }

  private refresh(): void {
    this.selection = select(this.data.incidents, this.store.get(), this.mask);
  }

  sideOf(code: string | null): Side {
    const side = code ? this.data.actors.get(code)?.side : null;
    return SIDES.find((candidate) => candidate === side) ?? "unknown";
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

  isOn(layer: "regions" | "corridors" | "control" | "incidents" | "labels"): boolean {
    return this.store.get().layers.includes(layer);
  }

  /** Runs for everything that changes what the map shows. */
  onDraw(keys: Parameters<Store["subscribe"]>[0], run: () => void): void {
    this.store.subscribe(keys, run);
  }
}
