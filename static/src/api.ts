// The only fetch(). A problem+json answer becomes an ApiError; pages are followed to the end; a new load aborts the last.

import type {
  Actor,
  ControlAnswer,
  CorridorAnswer,
  DatasetInfo,
  IncidentFeature,
  PlaceFeature,
  RegionFeature,
} from "./types";

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

export interface Loaded {
  incidents: IncidentFeature[];
  regions: RegionFeature[];
  places: PlaceFeature[];
  control: ControlAnswer;
  corridors: CorridorAnswer;
  actors: Actor[];
  datasets: DatasetInfo[];
  /** Records that match and that the server may not pass on to this reader. */
  withheld: number;
}

interface FeaturePage {
  features: unknown[];
  withheld?: number;
  links?: { rel: string; href: string }[];
}

let running: AbortController | null = null;

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: "application/geo+json, application/json" }, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("unreachable", null, 0);
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new ApiError(problem.title ?? response.statusText, problem.detail ?? null, response.status);
  }
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError("unreadable", path, response.status);
  }
}

/** Every page of a collection. Links are followed by path only, so a proxy's other host name does no harm. */
async function getItems<T>(path: string, signal: AbortSignal): Promise<{ features: T[]; withheld: number }> {
  const features: T[] = [];
  let withheld = 0;
  let next: string | null = path;
  while (next !== null) {
    const page: FeaturePage = await getJson<FeaturePage>(next, signal);
    features.push(...(page.features as T[]));
    // Each page counts what the whole query withholds.
    withheld = page.withheld ?? 0;
    const link = page.links?.find((candidate) => candidate.rel === "next");
    const url: URL | null = link ? new URL(link.href, location.href) : null;
    next = url && page.features.length > 0 ? url.pathname + url.search : null;
  }
  return { features, withheld };
}

/** Everything the page needs, once; afterwards stepping and filtering ask for nothing. */
export async function loadAll(): Promise<Loaded> {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const items = <T>(collection: string, query = "") =>
    getItems<T>(`/collections/${collection}/items?${query}limit=10000`, signal);
  const [incidents, regions, places, control, corridors, actors, datasets] = await Promise.all([
    items<IncidentFeature>("incidents"),
    items<RegionFeature>("regions", "level=1&"),
    items<PlaceFeature>("places"),
    getJson<ControlAnswer>("/playback/control", signal),
    getJson<CorridorAnswer>("/playback/corridors", signal),
    getJson<{ actors: Actor[] }>("/actors", signal),
    getJson<{ datasets: DatasetInfo[] }>("/datasets", signal),
  ]);
  return {
    incidents: incidents.features,
    regions: regions.features,
    places: places.features,
    control,
    corridors,
    actors: actors.actors,
    datasets: datasets.datasets,
    withheld: incidents.withheld + (control.withheld ?? 0) + (corridors.withheld ?? 0),
  };
}
