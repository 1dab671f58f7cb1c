// Builds the parts and wires them. The only file that knows them all.

import { ApiError, getJson, loadControl, loadDatasets, loadFirst, loadIncident, loadIncidents, loadRegions, loadStream, loadTowns } from "./api";
import type { Loaded } from "./api";
import { clampWindow, clockDay, endOf, startOf, unitIndex, unitStart } from "./calendar";
import type { Span } from "./calendar";
import { byId, icon } from "./dom";
import { Bus } from "./events";
import { decodeHash, decodeQuery, defaultLayers, encodeHash } from "./hash";
import { language, loadLanguage, preferredLanguage, setLanguage, t } from "./i18n/index";
import { mountPointer } from "./interact";
import { addAreas } from "./layers/areas";
import { addBorders, addGround, readBasemap } from "./layers/basemap";
import type { BasemapFile } from "./layers/basemap";
import { addChanges } from "./layers/changes";
import { addControl } from "./layers/control";
import { addCorridors } from "./layers/corridors";
import type { FrontLayer } from "./layers/front";
import { addIncidents } from "./layers/incidents";
import { addLabels } from "./layers/labels";
import { addRegions } from "./layers/regions";
import { addSketch } from "./layers/sketch";
import { createMap } from "./leaflet";
import { Page, buildDataset } from "./page";
import type { WeakSpot } from "./panel/about";
import { mountPanels } from "./panel/panels";
import { Clock } from "./player/clock";
import { mountControls } from "./player/controls";
import { mountKeyboard } from "./player/keyboard";
import { mountSlider } from "./player/slider";
import { anyIn } from "./data/selection";
import { LANGUAGES, NO_FILTERS, Store } from "./state";
import type { State } from "./state";
import { isDark, mountTheme } from "./theme";
import type { DatasetInfo, PlaceFeature, RegionFeature } from "./types";

/** Addresses of built files, put in by static/build.mjs. */
declare const BASEMAP_URL: string;
declare const WEAK_SPOTS_URL: string;

/** Up to so many records come whole after the first map; of more, those that are looked at. */
const FEW_RECORDS = 5_000;

const today = Math.floor(Date.now() / 86_400_000);
const wide = window.matchMedia("(min-width: 900px)").matches;
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const given = location.hash.length > 1 ? decodeHash(location.hash) : decodeQuery(location.search);
/** In another page's frame: the map and the player, without header and panels. */
const embedded = new URLSearchParams(location.search).get("embed") === "1";
/** The reader asks to spare the line: what is not needed for the map waits until it is asked for. */
const sparing = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;

const store = new Store({
  from: today,
  to: today,
  mode: "window",
  unit: "month",
  speed: 2,
  playing: false,
  loop: false,
  reverse: false,
  skip: false,
  fade: false,
  stack: "side",
  other: null,
  comparison: "swipe",
  split: 0.5,
  knownAt: null,
  view: null,
  layers: defaultLayers(),
  filters: { ...NO_FILTERS },
  language: preferredLanguage(navigator.languages),
  theme: "auto",
  panel: wide ? "layers" : null,
  target: null,
  front: null,
  frontTarget: null,
  selected: null,
  ...given,
  ...(embedded ? { panel: null } : {}),
});

const redraws: (() => void)[] = [];
const translations: (() => void)[] = [];
const redrawAll = () => redraws.forEach((run) => run());

function translate(): void {
  const { language: chosen } = store.get();
  setLanguage(chosen);
  document.documentElement.lang = chosen;
  document.documentElement.dir = chosen === "ar" ? "rtl" : "ltr";
  document.title = t("page.title");
  for (const node of document.querySelectorAll<HTMLElement>("[data-i18n]")) node.textContent = t(node.dataset.i18n!);
  for (const node of document.querySelectorAll<HTMLElement>("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.dataset.i18nLabel!));
  }
  for (const name of LANGUAGES) byId(`lang-${name}`).setAttribute("aria-pressed", String(name === chosen));
  showTheme();
  map.setZoomTitles(t("map.zoomIn"), t("map.zoomOut"));
  translations.forEach((run) => run());
}

function showTheme(): void {
  const dark = isDark(store.get().theme);
  const button = byId("theme");
  button.replaceChildren(icon(dark ? "sun" : "moon"));
  button.setAttribute("aria-label", t(dark ? "page.light" : "page.dark"));
  button.title = t(dark ? "page.light" : "page.dark");
}

const map = createMap(byId("map"), still);
const palette = mountTheme(store, () => {
  translate(); // the keys' swatches are drawn in the colours in force
  redrawAll();
});
if (given.view) map.setView(given.view);

for (const name of LANGUAGES) byId(`lang-${name}`).addEventListener("click", () => void loadLanguage(name).then(() => store.set({ language: name })));
byId("theme").addEventListener("click", () => store.set({ theme: isDark(store.get().theme) ? "light" : "dark" }));
store.subscribe(["language"], () => {
  translate();
  redrawAll();
});

document.documentElement.toggleAttribute("data-embed", embedded);
if (embedded) byId("whole").addEventListener("click", () => void window.open(`${location.pathname}${location.hash}`, "_blank", "noopener"));

void start();

/** What names and explains: asked for with the rest but behind it, and waited for by nobody. */
interface Later {
  towns: Promise<PlaceFeature[]>;
  datasets: Promise<DatasetInfo[]>;
  spots: Promise<WeakSpot[]>;
  regions: Promise<RegionFeature[]> | null;
}

function askLater(): Later {
  const none = <T>(): T[] => [];
  return {
    towns: loadTowns().catch(none<PlaceFeature>),
    datasets: loadDatasets().catch(none<DatasetInfo>),
    spots: getJson<WeakSpot[]>(WEAK_SPOTS_URL, "low").catch(none<WeakSpot>),
    regions: sparing ? null : loadRegions().catch(none<RegionFeature>),
  };
}

async function start(): Promise<void> {
  byId("retry").addEventListener("click", () => location.reload());
  try {
    const first = loadFirst(store.get().knownAt, (share) => (byId("status-detail").textContent = `${Math.round(share * 100)} %`));
    const later = askLater();
    const [, loaded, basemap] = await Promise.all([
      loadLanguage(store.get().language).then(translate),
      first,
      // The land shows as soon as it is there; the records follow.
      getJson<BasemapFile>(BASEMAP_URL).then((file) => {
        const ground = readBasemap(file);
        redraws.push(addGround(map, ground, palette), addBorders(map, ground, palette));
        return ground;
      }),
    ]);
    build(basemap, loaded, later);
    byId("status").hidden = true;
  } catch (error) {
    showError(error);
  }
}

function showError(error: unknown): void {
  byId("status").dataset.failed = "";
  byId("retry").hidden = false;
  if (error instanceof ApiError) {
    byId("status-title").textContent =
      error.status === 0 ? t("load.unreachable") : error.title === "unreadable" ? t("load.unreadable") : t("load.refused", { title: error.title });
    byId("status-detail").textContent = error.detail ?? (error.status === 0 ? t("load.unreachableDetail") : "");
  } else {
    byId("status-title").textContent = t("load.broken");
    byId("status-detail").textContent = error instanceof Error ? error.message : "";
    console.error(error);
  }
  byId("retry").focus();
}

/** Where the page opens: the twelve months up to the last record, or what the link says. */
function firstInterval(data: ReturnType<typeof buildDataset>): Pick<State, "from" | "to"> {
  if (given.from !== undefined) return clampWindow(store.get(), data.span);
  const last = Math.min(endOf(data.lastRecord, "month"), data.span.to);
  if (store.get().mode === "cumulative") return { from: data.span.from, to: last };
  if (store.get().mode === "remaining") return { from: startOf(last, store.get().unit), to: data.span.to };
  if (store.get().mode === "instant") return { from: startOf(last, store.get().unit), to: last };
  return { from: Math.max(unitStart(unitIndex(last, "month") - 11, "month"), data.span.from), to: last };
}

function build(basemap: ReturnType<typeof readBasemap>, loaded: Loaded, later: Later): void {
  const data = buildDataset(loaded, today);
  store.set({ ...firstInterval(data), ...(given.other ? { other: clampWindow(given.other, data.span) } : {}) });
  const bus = new Bus();
  const fetchItems = (parameters: string, most: number) => loadIncidents(parameters, store.get().knownAt, most);
  const page = new Page(store, bus, data, palette, fetchItems, loadIncident, today);

  const regions = addRegions(map, page);
  const areas = addAreas(map, page, basemap.land);
  const corridors = addCorridors(map, page);
  const control = addControl(map, page);
  const changes = addChanges(map, page);
  const labels = addLabels(map, page, basemap.labels, palette);
  const incidents = addIncidents(map, page);
  const sketch = addSketch(map, page);
  let front: FrontLayer | null = null;
  let frontAsked = false;
  /** Its code and its cells come when it is first shown. */
  const openFront = () => {
    if (frontAsked || !page.isOn("front")) return;
    frontAsked = true;
    void import("./layers/front").then(
      ({ addFront }) => (front = addFront(map, page)),
      () => (frontAsked = false),
    );
  };
  store.subscribe(["layers"], openFront);
  openFront();
  redraws.push(() => front?.redraw());
  redraws.push(regions.redraw, areas.redraw, corridors.redraw, control.redraw, changes.redraw, incidents.redraw, labels, sketch.redraw);
  store.subscribe(["layers"], labels);

  const clock = new Clock(store, data.span, data.lastRecord, (window, { mode, unit }) => {
    const day = clockDay(window, mode);
    // What grows step by step is told by what the step adds.
    const added = mode === "cumulative" || mode === "remaining" ? { from: startOf(day, unit), to: endOf(day, unit) } : window;
    return !anyIn(page.data.incidents, added, page.fails);
  });
  const slider = mountSlider(page, clock, map);
  const controls = mountControls(page, clock);
  let spots: WeakSpot[] = [];
  const panels = mountPanels(page, () => spots, clock, map);
  mountKeyboard(store, clock);
  mountPointer(
    map,
    page,
    { incidents: incidents.at, control: control.at, areas: areas.at, corridors: corridors.at, front: (x, y) => front?.at(x, y) ?? null, regions: regions.at },
    sketch.busy,
  );
  bus.on("locate", ({ lon, lat, near }) => map.show(lon, lat, near));
  redraws.push(slider.redraw);
  translations.push(() => page.records.forgetTexts(), controls.translate, slider.redraw, panels.translate, changes.redraw);
  panels.translate();

  map.onMoved(() => {
    store.set({ view: map.getView() });
    bus.emit("moved", null);
  });
  store.subscribe(["knownAt"], ({ knownAt }) => {
    void Promise.all([loadStream(knownAt), loadControl(knownAt)]).then(
      // A later wish has overtaken this answer.
      ([stream, control]) => store.get().knownAt === knownAt && page.replaceRecords(stream, control),
      showError,
    );
  });
  followHash(data.span);
  new ResizeObserver(() => {
    map.resize();
    if (store.get().view === null) map.home();
  }).observe(byId("map"));
  void takeLater(page, later, (list) => (spots = list));
  document.documentElement.dataset.ready = language();
  performance.mark("harmattan:ready");
}

/** Takes in what comes after the first map. */
async function takeLater(page: Page, later: Later, takeSpots: (spots: WeakSpot[]) => void): Promise<void> {
  const { data, bus } = page;
  const few = !sparing && data.incidents.cellZoom === null && data.incidents.total <= FEW_RECORDS;
  const records = few ? page.records.loadAll().catch(() => undefined) : Promise.resolve();
  const [towns, datasets, spots] = await Promise.all([later.towns, later.datasets, later.spots]);
  data.towns = towns.filter((place) => place.geometry);
  data.datasets = datasets;
  takeSpots(spots);
  creditOthers(page);
  bus.emit("data", null);
  const needsRegions = () => page.isOn("regions") || page.store.get().panel === "filters" || (page.store.get().selected ?? "").startsWith("region/");
  let taken = false;
  const takeRegions = async () => {
    if (taken) return;
    taken = true;
    const regions = await (later.regions ?? loadRegions().catch((): RegionFeature[] => []));
    // Without a geometry there is nothing to draw or to hit.
    data.regions = regions.filter((region) => region.geometry);
    data.regionById = new Map(regions.map((region) => [String(region.id ?? region.properties.code), region]));
    page.records.forgetTexts();
    bus.emit("data", null);
    bus.emit("records", null);
  };
  page.store.subscribe(["layers", "panel", "selected"], () => {
    if (needsRegions()) void takeRegions();
  });
  if (later.regions || needsRegions()) await takeRegions();
  await records;
  document.documentElement.dataset.settled = "";
  // For the next visit; this one needs nothing of it.
  void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}

/** Imported incidents bring their own attribution to the line on the map. */
function creditOthers({ data }: Page): void {
  const used = new Set(data.incidents.dataset.values);
  const others = data.datasets.filter(({ id, attribution }) => id !== "chronology" && used.has(id) && attribution);
  byId("credit-others").textContent = others.map(({ attribution }) => ` · ${attribution}`).join("");
}

/** State -> address at most three times a second (once while playing), without a history entry a step; address -> state when the reader edits it. */
function followHash(span: Span): void {
  let waiting = 0;
  let written = location.hash;
  const write = () => {
    waiting = 0;
    const next = `#${encodeHash(store.get())}`;
    // What the reader has just put there is taken in first.
    if (next === written || location.hash !== written) return;
    history.replaceState(null, "", next);
    written = location.hash;
  };
  store.subscribe(null, () => {
    if (waiting === 0) waiting = window.setTimeout(write, store.get().playing ? 1000 : 330);
  });
  write();
  window.addEventListener("hashchange", () => {
    if (location.hash === written) return;
    written = location.hash;
    const next = decodeHash(location.hash);
    if (next.from !== undefined && next.to !== undefined) Object.assign(next, clampWindow({ from: next.from, to: next.to }, span));
    if (next.other) next.other = clampWindow(next.other, span);
    const fresh = { stack: "side" as const, filters: { ...NO_FILTERS }, selected: null, other: null, knownAt: null, front: null, frontTarget: null, loop: false, reverse: false, skip: false, fade: false };
    void loadLanguage(next.language ?? store.get().language).then(() => {
      store.set({ ...fresh, playing: false, ...next });
      if (next.view) map.setView(next.view);
    });
  });
}
