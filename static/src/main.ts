// Builds the parts and wires them. The only file that knows them all.

import { ApiError, getJson, loadAll } from "./api";
import type { Loaded } from "./api";
import { clampWindow, endOf, startOf, unitIndex, unitStart } from "./calendar";
import type { Span } from "./calendar";
import { byId, icon } from "./dom";
import { Bus } from "./events";
import { decodeHash, defaultLayers, encodeHash } from "./hash";
import { language, preferredLanguage, setLanguage, t } from "./i18n/index";
import { mountPointer } from "./interact";
import { addBorders, addGround, readBasemap } from "./layers/basemap";
import type { BasemapFile } from "./layers/basemap";
import { addControl } from "./layers/control";
import { addCorridors } from "./layers/corridors";
import { addIncidents } from "./layers/incidents";
import { addLabels } from "./layers/labels";
import { addRegions } from "./layers/regions";
import { createMap } from "./leaflet";
import { Page, buildDataset } from "./page";
import type { WeakSpot } from "./panel/about";
import { mountPanels } from "./panel/panels";
import { Clock } from "./player/clock";
import { mountControls } from "./player/controls";
import { mountKeyboard } from "./player/keyboard";
import { mountSlider } from "./player/slider";
import { NO_FILTERS, Store } from "./state";
import type { Language, State } from "./state";
import { isDark, mountTheme } from "./theme";

/** Addresses of built files, put in by static/build.mjs. */
declare const BASEMAP_URL: string;
declare const WEAK_SPOTS_URL: string;

const today = Math.floor(Date.now() / 86_400_000);
const wide = window.matchMedia("(min-width: 900px)").matches;
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const given = decodeHash(location.hash);

const store = new Store({
  from: today,
  to: today,
  mode: "window",
  unit: "month",
  speed: 2,
  playing: false,
  loop: false,
  view: null,
  layers: defaultLayers(),
  filters: { ...NO_FILTERS },
  language: preferredLanguage(navigator.languages),
  theme: "auto",
  panel: wide ? "layers" : null,
  selected: null,
  ...given,
});

const redraws: (() => void)[] = [];
const translations: (() => void)[] = [];
const redrawAll = () => redraws.forEach((run) => run());

function translate(): void {
  const { language: chosen } = store.get();
  setLanguage(chosen);
  document.documentElement.lang = chosen;
  document.title = t("page.title");
  for (const node of document.querySelectorAll<HTMLElement>("[data-i18n]")) node.textContent = t(node.dataset.i18n!);
  for (const node of document.querySelectorAll<HTMLElement>("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.dataset.i18nLabel!));
  }
  for (const name of ["en", "fr"] as Language[]) byId(`lang-${name}`).setAttribute("aria-pressed", String(name === chosen));
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

for (const name of ["en", "fr"] as Language[]) byId(`lang-${name}`).addEventListener("click", () => store.set({ language: name }));
byId("theme").addEventListener("click", () => store.set({ theme: isDark(store.get().theme) ? "light" : "dark" }));
store.subscribe(["language"], () => {
  translate();
  redrawAll();
});

void start();

async function start(): Promise<void> {
  translate();
  byId("retry").addEventListener("click", () => location.reload());
  try {
    // The land shows as soon as it is there; the records follow.
    const ground = getJson<BasemapFile>(BASEMAP_URL).then((file) => {
      const basemap = readBasemap(file);
      redraws.push(addGround(map, basemap, palette), addBorders(map, basemap, palette));
      return basemap;
    });
    const [basemap, spots, loaded] = await Promise.all([ground, getJson<WeakSpot[]>(WEAK_SPOTS_URL), loadAll()]);
    build(basemap, spots, loaded);
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
  if (store.get().mode === "instant") return { from: startOf(last, store.get().unit), to: last };
  return { from: Math.max(unitStart(unitIndex(last, "month") - 11, "month"), data.span.from), to: last };
}

function build(basemap: ReturnType<typeof readBasemap>, spots: WeakSpot[], loaded: Loaded): void {
  const data = buildDataset(loaded, today);
  store.set(firstInterval(data));
  const bus = new Bus();
  const page = new Page(store, bus, data, palette);

  const regions = addRegions(map, page);
  const corridors = addCorridors(map, page);
  const control = addControl(map, page);
  const incidents = addIncidents(map, page);
  const labels = addLabels(map, page, basemap.labels, palette);
  redraws.push(regions.redraw, corridors.redraw, control.redraw, incidents.redraw, labels);
  store.subscribe(["layers"], labels);

  const clock = new Clock(store, data.span, data.lastRecord);
  const slider = mountSlider(page, clock);
  const controls = mountControls(page, clock);
  const panels = mountPanels(page, spots);
  mountKeyboard(store, clock);
  mountPointer(map, page, {
    incidents: incidents.at,
    control: control.at,
    corridors: corridors.at,
    regions: regions.at,
  });
  bus.on("locate", ({ lon, lat }) => map.show(lon, lat));
  redraws.push(slider.redraw);
  translations.push(controls.translate, slider.redraw, panels.translate);
  panels.translate();
  creditOthers(page);

  map.onMoved(() => store.set({ view: map.getView() }));
  followHash(data.span);
  new ResizeObserver(() => {
    map.resize();
    if (store.get().view === null) map.home();
  }).observe(byId("map"));
  document.documentElement.dataset.ready = language();
}

/** Imported incidents bring their own attribution to the line on the map. */
function creditOthers({ data }: Page): void {
  const used = new Set(data.incidents.rows.map((row) => row.dataset));
  const others = data.datasets.filter(({ id, attribution }) => id !== "chronology" && used.has(id) && attribution);
  for (const { attribution } of others) byId("credit").append(` · ${attribution}`);
}

/** State -> address at most three times a second (once while playing), without a history entry a step; address -> state when the reader edits it. */
function followHash(span: Span): void {
  let waiting = 0;
  let written = "";
  const write = () => {
    waiting = 0;
    written = `#${encodeHash(store.get())}`;
    if (location.hash !== written) history.replaceState(null, "", written);
  };
  store.subscribe(null, () => {
    if (waiting === 0) waiting = window.setTimeout(write, store.get().playing ? 1000 : 330);
  });
  write();
  window.addEventListener("hashchange", () => {
    if (location.hash === written) return;
    const next = decodeHash(location.hash);
    if (next.from !== undefined && next.to !== undefined) Object.assign(next, clampWindow({ from: next.from, to: next.to }, span));
    store.set({ filters: { ...NO_FILTERS }, selected: null, playing: false, ...next });
    if (next.view) map.setView(next.view);
  });
}
