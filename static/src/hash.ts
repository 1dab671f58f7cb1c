// State <-> the address bar's hash. A link reproduces the screen; a broken or foreign part is ignored, never fatal.

import { MODES, UNITS, isoDay, parseDay } from "./calendar";
import { COMPARISONS, DEFAULT_LAYERS, LANGUAGES, LAYERS, NO_FILTERS, PANELS, SPEEDS, STACKS, THEMES, isFiltered } from "./state";
import type { Filters, State } from "./state";

const LISTS = ["sides", "actors", "types", "countries", "regions", "precisions", "deaths", "datasets"] as const;

/** What a server sees of a link besides its window and knowledge, by its names there: of the filters those that the API's queryables have for the same. */
const SEEN = {
  view: "view",
  layers: "layers",
  front: "front",
  lang: "lang",
  sides: "side",
  actors: "actor",
  types: "event_type",
  countries: "country",
  regions: "region",
  precisions: "geo_precision",
  deaths: "deaths",
  datasets: "dataset",
  q: "q",
} as const;

const SWITCHES = ["loop", "reverse", "skip", "fade"] as const;

export function encodeHash(state: Readonly<State>): string {
  const parts = new URLSearchParams();
  parts.set("from", isoDay(state.from));
  parts.set("to", isoDay(state.to));
  parts.set("mode", state.mode);
  parts.set("step", state.unit);
  parts.set("speed", String(state.speed));
  for (const key of SWITCHES) if (state[key]) parts.set(key, "1");
  if (state.stack !== "side") parts.set("stack", state.stack);
  if (state.view) {
    parts.set("view", `${state.view.lat.toFixed(4)},${state.view.lon.toFixed(4)},${Number(state.view.zoom.toFixed(2))}`);
  }
  parts.set("layers", state.layers.join(","));
  for (const key of LISTS) {
    // A value may hold a comma of its own.
    if (state.filters[key].length > 0) parts.set(key, state.filters[key].map((value) => value.replace(/[\\,]/g, "\\$&")).join(","));
  }
  if (state.filters.text) parts.set("q", state.filters.text);
  if (state.other) {
    parts.set("other", `${isoDay(state.other.from)}..${isoDay(state.other.to)}`);
    parts.set("compare", state.comparison);
    parts.set("split", String(Number(state.split.toFixed(3))));
  }
  if (state.knownAt !== null) parts.set("known", isoDay(state.knownAt));
  parts.set("lang", state.language);
  if (state.theme !== "auto") parts.set("theme", state.theme);
  parts.set("panel", state.panel ?? "none");
  if (state.target !== null && state.panel === "supply") parts.set("target", state.target);
  if (state.front !== null && (state.panel === "front" || state.layers.includes("front"))) parts.set("front", state.front);
  if (state.frontTarget !== null && state.panel === "front") parts.set("fronttarget", state.frontTarget);
  if (state.selected) parts.set("sel", state.selected);
  return readable(parts);
}

/** Commas, slashes and colons are legal in a query and a fragment; left as they are, the link stays readable. */
function readable(parts: URLSearchParams): string {
  return parts.toString().replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%3A/g, ":");
}

/** A link to the screen as it is. What a server can see of it (window, knowledge, view, layers, filters and language) stands in the query, for the
 * picture that is shown of a link. */
export function linkTo(state: Readonly<State>, origin: string, embed = false): string {
  const hash = encodeHash(state);
  const parts = new URLSearchParams(hash);
  const query = new URLSearchParams([["datetime", `${isoDay(state.from)}/${isoDay(state.to)}`]]);
  if (state.knownAt !== null) query.set("known_at", `${isoDay(state.knownAt)}T23:59:59Z`);
  if (String(state.layers) === String(DEFAULT_LAYERS)) parts.delete("layers");
  else if (state.layers.length === 0) parts.set("layers", "none");
  if (state.language === "en") parts.delete("lang");
  if (!state.layers.includes("front")) parts.delete("front");
  for (const [key, name] of Object.entries(SEEN)) if (parts.has(key)) query.set(name, parts.get(key)!);
  return `${origin}?${embed ? "embed=1" : readable(query)}#${hash}`;
}

/** What the query alone says: for a link that lost its hash on the way. */
export function decodeQuery(search: string): Partial<State> {
  const parts = new URLSearchParams(search);
  const [from, to] = (parts.get("datetime") ?? "").split("/");
  const hash = new URLSearchParams([["from", from ?? ""], ["to", to ?? ""], ["known", parts.get("known_at") ?? ""]]);
  for (const [key, name] of Object.entries(SEEN)) if (parts.has(name)) hash.set(key, parts.get(name)!);
  return decodeHash(hash.toString());
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

function words(value: string | null): string[] {
  return Array.from((value ?? "").matchAll(/(?:\\.|[^\\,])+/g), (match) => match[0].replace(/\\(.)/g, "$1"));
}

export function decodeHash(hash: string): Partial<State> {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state: Partial<State> = {};
  const from = parseDay(parts.get("from"));
  const to = parseDay(parts.get("to"));
  if (from !== null && to !== null && from <= to) Object.assign(state, { from, to });
  const mode = oneOf(parts.get("mode"), MODES);
  if (mode) state.mode = mode;
  const unit = oneOf(parts.get("step"), UNITS);
  if (unit) state.unit = unit;
  const speed = SPEEDS.find((candidate) => String(candidate) === parts.get("speed"));
  if (speed) state.speed = speed;
  for (const key of SWITCHES) if (parts.get(key) === "1") state[key] = true;
  const stack = oneOf(parts.get("stack"), STACKS);
  if (stack) state.stack = stack;
  const view = parts.get("view")?.split(",").map(Number);
  if (view && view.length === 3 && view.every(Number.isFinite)) {
    const [lat, lon, zoom] = view as [number, number, number];
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 20) state.view = { lat, lon, zoom };
  }
  if (parts.has("layers")) {
    const named = words(parts.get("layers"));
    state.layers = LAYERS.filter((layer) => named.includes(layer));
  }
  const filters: Filters = { ...NO_FILTERS };
  for (const key of LISTS) filters[key] = words(parts.get(key));
  filters.text = parts.get("q") ?? "";
  if (isFiltered(filters)) state.filters = filters;
  const [otherFrom, otherTo] = (parts.get("other") ?? "").split("..").map(parseDay);
  if (otherFrom != null && otherTo != null && otherFrom <= otherTo) state.other = { from: otherFrom, to: otherTo };
  const comparison = oneOf(parts.get("compare"), COMPARISONS);
  if (comparison) state.comparison = comparison;
  const split = Number(parts.get("split") ?? NaN);
  if (split >= 0 && split <= 1) state.split = split;
  const known = parseDay(parts.get("known"));
  if (known !== null) state.knownAt = known;
  const language = oneOf(parts.get("lang"), LANGUAGES);
  if (language) state.language = language;
  const theme = oneOf(parts.get("theme"), THEMES);
  if (theme) state.theme = theme;
  const panel = oneOf(parts.get("panel"), PANELS);
  if (panel) state.panel = panel;
  else if (parts.get("panel") === "none") state.panel = null;
  const target = parts.get("target");
  if (target) state.target = target;
  const front = parts.get("front");
  if (front) state.front = front;
  const frontTarget = parts.get("fronttarget");
  if (frontTarget) state.frontTarget = frontTarget;
  const selected = parts.get("sel");
  if (selected) state.selected = selected;
  return state;
}

export function defaultLayers(): State["layers"] {
  return [...DEFAULT_LAYERS];
}
