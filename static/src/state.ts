// What the reader has chosen: interval, mode, view, layers, filters, language. One store, one subscribe().
// Its text form in the address bar is hash.ts; nothing here touches the document.

import type { Day, Mode, Unit } from "./calendar";

export const LAYERS = ["regions", "corridors", "control", "incidents", "labels"] as const;
export type LayerName = (typeof LAYERS)[number];

export const PANELS = ["layers", "filters", "list"] as const;
export type PanelName = (typeof PANELS)[number];

/** Steps a second. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30] as const;

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGES = ["en", "fr"] as const;
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
  text: string;
}

export interface State {
  /** Both ends inclusive, UTC. */
  from: Day;
  to: Day;
  mode: Mode;
  unit: Unit;
  speed: number;
  playing: boolean;
  loop: boolean;
  /** Null until the map has been moved: the page then fits the Sahel. */
  view: View | null;
  layers: LayerName[];
  filters: Filters;
  language: Language;
  theme: Theme;
  panel: PanelName | null;
  /** `incident/<id>`, `spot/<lon>,<lat>`, `place/<country>/<name>`, `corridor/<id>`, `roads/<id>,<id>`, `region/<id>`. */
  selected: string | null;
}

export const NO_FILTERS: Filters = { sides: [], actors: [], types: [], countries: [], text: "" };
export const DEFAULT_LAYERS: LayerName[] = ["corridors", "control", "incidents", "labels"];

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
