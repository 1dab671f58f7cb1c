// The only fetch(). A problem+json answer becomes an ApiError; pages are followed to the end.

import { isoDay } from "./calendar";
import type { Day, Span } from "./calendar";
import type { FrontActors, FrontAnswer, FrontDocument } from "./data/front";
import type { SeriesAnswer } from "./data/shares";
import { readStream } from "./data/stream";
import type { SupplyDocument, SupplyNumbers, TargetsAnswer } from "./data/supply";
import { STORED, keepAnswer } from "./keep";
import type { StreamColumns } from "./data/stream";
import type { Actor, ControlAnswer, CorridorAnswer, DatasetInfo, IncidentFeature, PlaceFeature, RegionFeature } from "./types";

export class ApiError extends Error {
  constructor(
    readonly title: string,
    readonly detail: string | null,
    /** 0 when no answer came at all. */
    readonly status: number,
  ) {
    super(title);
  }
}

let oldest: string | null = null;

/** When the oldest of the answers came that stood in for the server; null when all came from it. */
export function storedSince(): string | null {
  return oldest;
}

/** What the first map needs. */
export interface Loaded {
  stream: StreamColumns;
  control: ControlAnswer;
  corridors: CorridorAnswer;
  actors: Actor[];
}

interface FeaturePage {
  features: unknown[];
  links?: { rel: string; href: string }[];
}

/** `low` lets the browser put it behind what the first map needs; with a signal the question can be dropped for a newer one. */
async function request(path: string, accept: string, priority: RequestPriority = "auto", signal: AbortSignal | null = null): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: accept }, priority, signal });
  } catch {
    throw new ApiError("unreachable", null, 0);
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new ApiError(problem.title ?? response.statusText, problem.detail ?? null, response.status);
  }
  const stored = response.headers.get(STORED);
  if (stored !== null) oldest = oldest === null || stored < oldest ? stored : oldest;
  // The program's own files are the service worker's business. Of questions that give way to newer ones there are too many to keep.
  else if (!path.startsWith("/assets/") && !signal) void keepAnswer(path, response.clone());
  return response;
}

export async function getJson<T>(path: string, priority: RequestPriority = "auto", signal: AbortSignal | null = null): Promise<T> {
  const response = await request(path, "application/geo+json, application/json", priority, signal);
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError("unreadable", path, response.status);
  }
}

/** The pages of a collection, up to so many features. Links are followed by path only, so a proxy's other host name does no harm. */
async function getItems<T>(path: string, most = Infinity): Promise<T[]> {
  const features: T[] = [];
  let next: string | null = path;
  while (next !== null && features.length < most) {
    const page: FeaturePage = await getJson<FeaturePage>(next, "low");
    for (const feature of page.features) features.push(feature as T);
    const link = page.links?.find((candidate) => candidate.rel === "next");
    const url: URL | null = link ? new URL(link.href, location.href) : null;
    next = url && page.features.length > 0 ? url.pathname + url.search : null;
  }
  return features;
}

const knownAt = (day: Day | null) => (day === null ? "" : `known_at=${isoDay(day)}T23:59:59Z`);

/** The incidents of the whole span, as known on a day. */
export async function loadStream(known: Day | null, progress: (share: number) => void = () => undefined): Promise<StreamColumns> {
  const path = `/playback/incidents?${knownAt(known)}`.replace(/\?$/, "");
  const response = await request(path, "application/vnd.apache.arrow.stream");
  const bytes = await readAll(response, progress);
  try {
    return readStream(bytes);
  } catch {
    throw new ApiError("unreadable", path, response.status);
  }
}

/** The body in one piece; progress where the length is told and not packed. */
async function readAll(response: Response, progress: (share: number) => void): Promise<Uint8Array> {
  const length = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  if (!response.body || length === 0) return new Uint8Array(await response.arrayBuffer());
  const bytes = new Uint8Array(length);
  const reader = response.body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, at);
    if (at + value.length > length) throw new ApiError("unreadable", response.url, response.status);
    bytes.set(value, at);
    at += value.length;
    progress(at / length);
  }
}

/** Statements on control and what is assessed of them, as known on a day. */
export const loadControl = (known: Day | null) => getJson<ControlAnswer>(`/playback/control?${knownAt(known)}`.replace(/\?$/, ""));

/** Reports on roads and what segments count as, as known on a day. */
const loadCorridors = (known: Day | null) => getJson<CorridorAnswer>(`/playback/corridors?${knownAt(known)}`.replace(/\?$/, ""));

/** Where the shares of a region stand; a state has an id of two letters. */
export const sharesPath = (region: string, known: Day | null) =>
  `/analytics/control/series?${[`level=${region.includes("-") ? 1 : 0}`, `region=${encodeURIComponent(region)}`, knownAt(known)].filter(Boolean).join("&")}`;

export const loadShares = (region: string, known: Day | null) => getJson<SeriesAnswer>(sharesPath(region, known));

/** What stepping and filtering need, once; afterwards they ask for nothing. */
export async function loadFirst(known: Day | null, progress: (share: number) => void): Promise<Loaded> {
  const [stream, control, corridors, actors] = await Promise.all([
    loadStream(known, progress),
    loadControl(known),
    loadCorridors(known),
    getJson<{ actors: Actor[] }>("/actors"),
  ]);
  return { stream, control, corridors, actors: actors.actors };
}

export const loadRegions = () => getItems<RegionFeature>("/collections/regions/items?level=1&limit=10000");
export const loadTowns = () => getItems<PlaceFeature>("/collections/places/items?limit=10000");
export const loadDatasets = async () => (await getJson<{ datasets: DatasetInfo[] }>("/datasets", "low")).datasets;

/** Incidents with all that is told of them. */
export function loadIncidents(parameters: string, known: Day | null, most: number): Promise<IncidentFeature[]> {
  const query = [parameters, knownAt(known), "limit=10000"].filter(Boolean).join("&");
  return getItems<IncidentFeature>(`/collections/incidents/items?${query}`, most);
}

export const loadIncident = (id: string) => getJson<IncidentFeature>(`/collections/incidents/items/${encodeURIComponent(id)}`);

/** Every version of an incident, oldest first. */
export const loadRevisions = (id: string) =>
  getJson<Record<string, unknown>[]>(`/collections/incidents/items/${encodeURIComponent(id)}/revisions`);

/** Towns that the roads can be measured to. */
export const loadTargets = () => getJson<TargetsAnswer>("/analytics/corridors");

/** Where the measures of the roads to a town on a day stand. */
export const supplyPath = (town: string, day: Day, known: Day | null) =>
  `/analytics/corridors?${[`target=${encodeURIComponent(town)}`, `date=${isoDay(day)}`, knownAt(known)].filter(Boolean).join("&")}`;

export const loadSupply = (town: string, day: Day, known: Day | null, signal: AbortSignal) =>
  getJson<SupplyDocument>(supplyPath(town, day, known), "auto", signal);

/** The same numbers over a span, once for all the steps in it: the days on which they change. */
export const loadSupplySeries = (town: string, span: Span, known: Day | null) =>
  getJson<SupplyNumbers[]>(
    `/analytics/corridors/series?${[`target=${encodeURIComponent(town)}`, `from=${isoDay(span.from)}`, `to=${isoDay(span.to)}`, "step=change", knownAt(known)].filter(Boolean).join("&")}`,
  );

/** Actors whose front can be asked for, those with most incidents first. */
export const loadFrontActors = () => getJson<FrontActors>("/analytics/front");

/** Cells with reported activity of an actor, each once. */
export const loadFront = (actor: string, known: Day | null) =>
  getJson<FrontAnswer>(`/playback/front?${[`actor=${encodeURIComponent(actor)}`, knownAt(known)].filter(Boolean).join("&")}`);

/** Where the measures of a front from its first report up to a day stand. */
export const frontPath = (actor: string, to: Day, known: Day | null) =>
  `/analytics/front?${[`actor=${encodeURIComponent(actor)}`, `to=${isoDay(to)}`, knownAt(known)].filter(Boolean).join("&")}`;

export const loadFrontDocument = (actor: string, to: Day, known: Day | null, signal: AbortSignal) =>
  getJson<FrontDocument>(frontPath(actor, to, known), "auto", signal);
