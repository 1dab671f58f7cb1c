// What the reader has chosen: interval, mode, view, layers, filters, language. One store, one subscribe().
// Its text form in the address bar is hash.ts; nothing here touches the document.

import type { Day, Mode, Span, Unit } from "./calendar";

export const LAYERS = ["regions", "areas", "front", "corridors", "control", "incidents", "labels"] as const;
export type LayerName = (typeof LAYERS)[number];

export const PANELS = ["layers", "filters", "list", "supply", "front", "compare", "export"] as const;
export type PanelName = (typeof PANELS)[number];

/** What the bars under the slider are stacked by. */
export const STACKS = ["side", "actor", "type"] as const;
export type StackName = (typeof STACKS)[number];

/** Steps a second. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30] as const;

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGES = ["en", "fr", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface View {
  lat: number;
  lon: number;
  zoom: number;
}

/** An empty list means every value. */
export interface Filters {
  sides: string[];
  actors: string[];
  types: string[];
  countries: string[];
  regions: string[];
  /** Of the place: 1 exact, 2 near, 3 area. */
  precisions: string[];
  /** Classes of reported deaths. */
  deaths: string[];
  datasets: string[];
  text: string;
}

export const COMPARISONS = ["swipe", "difference"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface State {
  /** Both ends inclusive, UTC. */
  from: Day;
  to: Day;
  mode: Mode;
  unit: Unit;
  speed: number;
  playing: boolean;
  loop: boolean;
  /** Plays towards the past. */
  reverse: boolean;
  /** Steps without a record are passed over. */
  skip: boolean;
  /** Older records of the window are drawn paler. */
  fade: boolean;
  stack: StackName;
  /** The second date, drawn beside the first; null when nothing is compared. */
  other: Span | null;
  comparison: Comparison;
  /** Where the two meet, as a share of the map's width. */
  split: number;
  /** What was known at the end of this day; null means all that is known. */
  knownAt: Day | null;
  /** Null until the map has been moved: the page then fits the Sahel. */
  view: View | null;
  layers: LayerName[];
  filters: Filters;
  language: Language;
  theme: Theme;
  panel: PanelName | null;
  /** The town whose supply roads the panel measures; null until one is asked for. */
  target: string | null;
  /** Code of the actor whose front is shown; null until it is asked for: then the one with most incidents. */
  front: string | null;
  /** Id of the capital, or `coast`, that its distance is charted to; null takes the nearest. */
  frontTarget: string | null;
  /** `incident/<id>`, `spot/<lon>,<lat>`, `place/<country>/<name>`, `corridor/<id>`, `roads/<id>,<id>`, `region/<id>`, `front/<actor>@<cell>`,
   * `area/<lon>,<lat>,<lon>,<lat>,…` (corners of a drawn area). */
  selected: string | null;
}

export const NO_FILTERS: Filters = {
  sides: [],
  actors: [],
  types: [],
  countries: [],
  regions: [],
  precisions: [],
  deaths: [],
  datasets: [],
  text: "",
};

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value: string | string[]) => value.length > 0);
}

export const DEFAULT_LAYERS: LayerName[] = ["areas", "corridors", "control", "incidents", "labels"];

type Listener = (state: Readonly<State>, changed: ReadonlySet<keyof State>) => void;

export class Store {
  private listeners: { keys: (keyof State)[] | null; run: Listener }[] = [];

  constructor(private state: State) {}

  get(): Readonly<State> {
    return this.state;
  }

  set(patch: Partial<State>): void {
    const changed = new Set<keyof State>();
    for (const key of Object.keys(patch) as (keyof State)[]) {
      if (!Object.is(this.state[key], patch[key])) changed.add(key);
    }
    if (changed.size === 0) return;
    this.state = { ...this.state, ...patch };
    const state = this.state;
    for (const { keys, run } of this.listeners) {
      if (keys === null || keys.some((key) => changed.has(key))) run(state, changed);
    }
  }

  /** Runs after each change of one of the keys (of any key when `keys` is null). */
  subscribe(keys: (keyof State)[] | null, run: Listener): void {
    this.listeners.push({ keys, run });
  }
}
