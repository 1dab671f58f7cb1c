// Filters on incidents, with the count of each value in the current window under the other filters.

import { el } from "../dom";
import { drawIncident } from "../draw/symbols";
import { countryName, formatDay, formatIso, formatNumber, label } from "../format";
import { has, t } from "../i18n/index";
import { isoDay, parseDay } from "../calendar";
import { FACETS, facetCodes, facetCounts, facetValues, fold } from "../data/selection";
import type { Facet } from "../data/selection";
import type { Page } from "../page";
import { NO_FILTERS, isFiltered } from "../state";
import type { EventType, Side } from "../types";
import { chooser, swatch, throttled } from "./parts";

interface Value {
  code: string;
  name: string;
  picture?: Node;
}

/** Values of long lists shown before "show all". */
const FIRST_VALUES = 12;

/** Matches shown under the search. */
const MOST_PLACES = 8;

function datasetTitle(page: Page, id: string): string {
  return has(`dataset.${id}`) ? t(`dataset.${id}`) : (page.data.datasets.find((dataset) => dataset.id === id)?.title ?? id);
}

function nameOf(page: Page, facet: Facet, code: string): string {
  switch (facet) {
    case "sides":
      return t(`side.${code}`);
    case "types":
      return label("type", code);
    case "countries":
      return countryName(code);
    case "regions":
      return page.regionName(code) ?? code;
    case "actors":
      return page.actorName(code);
    case "deaths":
      return t(`deaths.class.${code}`);
    case "precisions":
      return t(`precision.geo.${code}`);
    case "datasets":
      return datasetTitle(page, code);
  }
}

/** The values that any record has, the fixed lists in their order, the others by their number of records. */
function values(page: Page, facet: Facet): Value[] {
  const table = page.data.incidents;
  const names = facetValues(table, facet);
  const totals = new Uint32Array(names.length);
  const codes = facetCodes(table, facet);
  for (let row = 0; row < table.dated; row++) {
    const code = codes[row]!;
    if (code >= 0) totals[code]! += 1;
    if (facet === "actors" && table.actor2[row]! >= 0) totals[table.actor2[row]!]! += 1;
  }
  const palette = page.palette();
  const picture = (type: EventType, side: Side) => swatch(18, 18, (context) => drawIncident(context, palette, type, side, "high", 5));
  const present = names.map((code, at) => ({ code, at })).filter(({ at }) => totals[at]! > 0);
  if (["countries", "regions", "actors", "datasets"].includes(facet)) present.sort((a, b) => totals[b.at]! - totals[a.at]!);
  return present.map(({ code }) => ({
    code,
    name: nameOf(page, facet, code),
    ...(facet === "sides" ? { picture: picture("battle", code as Side) } : {}),
    ...(facet === "types" ? { picture: picture(code as EventType, "civilian") } : {}),
  }));
}

/** Builds the form; the answer brings counts and ticks up to date in place, so focus and scroll stay. */
export function renderFilters(page: Page): { nodes: HTMLElement[]; update: () => void } {
  const { store } = page;
  const table = page.data.incidents;
  const counters = new Map<string, { facet: Facet; at: number; node: HTMLElement; box: HTMLInputElement; code: string }>();
  const clear = el("button", { type: "button", class: "plain" }, t("filters.clear"));
  clear.addEventListener("click", () => store.set({ filters: { ...NO_FILTERS } }));

  const search = el("input", { type: "search", id: "filter-text", autocomplete: "off", maxlength: "200", placeholder: t("filters.textHint") });
  const found = el("ul", { class: "records places" });
  const texts = el("p", { class: "quiet" });
  const apply = throttled(200, () => {
    found.replaceChildren(...placesCalled(page, search.value));
    store.set({ filters: { ...store.get().filters, text: search.value } });
    askForTexts();
  });
  search.addEventListener("input", apply);
  /** A search through titles and sources needs them; many are fetched only when the reader says so. */
  const askForTexts = () => {
    const { records } = page;
    texts.replaceChildren();
    if (search.value.trim() === "" || records.complete || table.cellZoom !== null) return;
    const load = el("button", { type: "button", class: "plain" }, t("filters.loadTexts", { count: formatNumber(table.total) }));
    load.addEventListener("click", () => {
      load.disabled = true;
      load.textContent = t("load.loading");
      void records.loadAll().then(askForTexts, askForTexts);
    });
    texts.append(t("filters.textPartial"), " ", load);
  };

  const groups = FACETS.map((facet) => {
    const list = el("ul", { class: "checks" });
    const all = values(page, facet);
    all.forEach(({ code, name, picture }, i) => {
      const box = el("input", { type: "checkbox" });
      const node = el("span", { class: "count" });
      box.addEventListener("change", () => {
        const chosen = store.get().filters[facet].filter((value) => value !== code);
        store.set({ filters: { ...store.get().filters, [facet]: box.checked ? [...chosen, code] : chosen } });
      });
      counters.set(`${facet}/${code}`, { facet, at: facetValues(table, facet).indexOf(code), node, box, code });
      const line = el("li", {}, el("label", {}, box, picture, el("span", { class: "name" }, name), node));
      line.hidden = i >= FIRST_VALUES && all.length > FIRST_VALUES + 2 && !store.get().filters[facet].includes(code);
      list.append(line);
    });
    const rest = list.querySelectorAll<HTMLElement>("li[hidden]");
    const more = rest.length > 0 && el("button", { type: "button", class: "plain" }, t("filters.more", { count: formatNumber(rest.length) }));
    if (more) {
      more.addEventListener("click", () => {
        rest.forEach((line) => (line.hidden = false));
        rest[0]!.querySelector("input")?.focus();
        more.remove();
      });
    }
    return el("fieldset", {}, el("legend", {}, t(`filters.${facet}`)), list, more);
  });

  const update = () => {
    const state = store.get();
    const counts = facetCounts(table, page.scene.window, page.fails);
    for (const { facet, at, node, box, code } of counters.values()) {
      const count = counts.get(facet)![at] ?? 0;
      node.textContent = formatNumber(count);
      node.classList.toggle("none", count === 0);
      box.checked = state.filters[facet].includes(code);
    }
    if (document.activeElement !== search) search.value = state.filters.text;
    clear.disabled = !isFiltered(state.filters);
  };
  update();
  askForTexts();
  return {
    nodes: [
      el("div", { class: "field" }, el("label", { for: "filter-text" }, t("filters.text")), search),
      found,
      texts,
      ...(table.cellZoom === null ? [el("p", { class: "quiet" }, t("filters.intro"))] : [el("p", { class: "notes" }, t("filters.cells"))]),
      clear,
      ...(table.cellZoom === null ? groups : []),
      knownAsOf(page),
    ],
    update,
  };
}

/** Towns, watched places and regions whose name begins with or holds what is typed, accents aside. */
function placesCalled(page: Page, text: string): HTMLElement[] {
  const needle = fold(text.trim());
  if (needle.length < 2) return [];
  const candidates = new Map<string, { name: string; lon: number; lat: number; weight: number }>();
  for (const { place, country, lon, lat, population } of page.data.places) {
    candidates.set(`${country}/${fold(place)}`, { name: `${place}, ${countryName(country)}`, lon, lat, weight: (population ?? 0) + 1e5 });
  }
  for (const { properties, geometry } of page.data.towns) {
    const [lon, lat] = geometry.coordinates as [number, number];
    const name = `${properties.name}, ${countryName(properties.country)}`;
    const key = `${properties.country}/${fold(properties.name)}`;
    if (!candidates.has(key)) candidates.set(key, { name, lon, lat, weight: properties.population ?? 0 });
  }
  return [...candidates.values()]
    .map((place) => ({ ...place, at: fold(place.name).indexOf(needle) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => Number(a.at > 0) - Number(b.at > 0) || b.weight - a.weight)
    .slice(0, MOST_PLACES)
    .map(({ name, lon, lat }) =>
      el("li", {}, chooser([el("span", { class: "record-title" }, name)], () => page.bus.emit("locate", { lon, lat, near: true }))),
    );
}

/** What was known at the end of a day: later rows and corrections do not show. */
function knownAsOf(page: Page): HTMLElement {
  const { store } = page;
  const { knownAt } = store.get();
  const input = el("input", { type: "date", id: "known-at", value: knownAt === null ? "" : isoDay(knownAt) });
  input.addEventListener("change", () => store.set({ knownAt: parseDay(input.value) }));
  const reset = el("button", { type: "button", class: "plain" }, t("filters.knownNow"));
  reset.addEventListener("click", () => {
    input.value = "";
    store.set({ knownAt: null });
  });
  const newest = page.data.datasets.map((dataset) => dataset.released ?? dataset.imported_at ?? "").sort().pop();
  return el(
    "fieldset",
    {},
    el("legend", {}, t("filters.knownAt")),
    el("p", { class: "quiet" }, t("filters.knownText"), newest ? ` ${t("filters.knownNewest", { date: formatIso(newest) })}` : ""),
    el("div", { class: "field row" }, el("label", { for: "known-at", class: "unseen" }, t("filters.knownAt")), input, reset),
    knownAt === null ? null : el("p", { class: "quiet" }, t("player.knownAt", { date: formatDay(knownAt) })),
  );
}
