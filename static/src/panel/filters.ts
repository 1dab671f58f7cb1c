// Filters on incidents, with the count of each value in the current window under the other filters.

import { el } from "../dom";
import { drawIncident } from "../draw/symbols";
import { countryName, formatNumber, label } from "../format";
import { t } from "../i18n/index";
import { FACETS, actorsOf, facetCounts } from "../data/selection";
import type { Facet } from "../data/selection";
import type { Page } from "../page";
import { NO_FILTERS } from "../state";
import { EVENT_TYPES, SIDES } from "../types";
import type { EventType, Side } from "../types";
import { swatch, throttled } from "./parts";

interface Value {
  code: string;
  name: string;
  picture?: Node;
}

function values(page: Page, facet: Facet): Value[] {
  const rows = page.data.incidents.rows;
  const palette = page.palette();
  if (facet === "sides") {
    const present = new Set(rows.map((row) => row.side));
    return SIDES.filter((side) => present.has(side)).map((side: Side) => ({
      code: side,
      name: t(`side.${side}`),
      picture: swatch(18, 18, (context) => drawIncident(context, palette, "battle", side, "high", 5)),
    }));
  }
  if (facet === "types") {
    const present = new Set(rows.map((row) => row.type));
    return EVENT_TYPES.filter((type) => present.has(type)).map((type: EventType) => ({
      code: type,
      name: label("type", type),
      picture: swatch(18, 18, (context) => drawIncident(context, palette, type, "civilian", "high", 5)),
    }));
  }
  const totals = new Map<string, number>();
  for (const row of rows) {
    for (const code of facet === "countries" ? (row.country ? [row.country] : []) : actorsOf(row)) {
      totals.set(code, (totals.get(code) ?? 0) + 1);
    }
  }
  return [...totals.keys()]
    .sort((a, b) => totals.get(b)! - totals.get(a)!)
    .map((code) => ({ code, name: facet === "countries" ? countryName(code) : page.actorName(code) }));
}

/** Builds the form; the answer brings counts and ticks up to date in place, so focus and scroll stay. */
export function renderFilters(page: Page): { nodes: HTMLElement[]; update: () => void } {
  const { store } = page;
  const counters = new Map<string, HTMLElement>();
  const boxes = new Map<string, HTMLInputElement>();
  const clear = el("button", { type: "button", class: "plain" }, t("filters.clear"));
  clear.addEventListener("click", () => store.set({ filters: { ...NO_FILTERS } }));

  const search = el("input", { type: "search", id: "filter-text", autocomplete: "off", placeholder: t("filters.textHint") });
  const apply = throttled(200, () => store.set({ filters: { ...store.get().filters, text: search.value } }));
  search.addEventListener("input", apply);

  const groups = FACETS.map((facet) => {
    const list = el("ul", { class: "checks" });
    for (const { code, name, picture } of values(page, facet)) {
      const box = el("input", { type: "checkbox" });
      const counter = el("span", { class: "count" });
      box.addEventListener("change", () => {
        const chosen = store.get().filters[facet].filter((value) => value !== code);
        store.set({ filters: { ...store.get().filters, [facet]: box.checked ? [...chosen, code] : chosen } });
      });
      boxes.set(`${facet}/${code}`, box);
      counters.set(`${facet}/${code}`, counter);
      list.append(el("li", {}, el("label", {}, box, picture, el("span", { class: "name" }, name), counter)));
    }
    return el("fieldset", {}, el("legend", {}, t(`filters.${facet}`)), list);
  });

  const update = () => {
    const state = store.get();
    for (const facet of FACETS) {
      const counts = facetCounts(page.data.incidents, state, state.filters, facet);
      for (const [key, counter] of counters) {
        if (!key.startsWith(`${facet}/`)) continue;
        const code = key.slice(facet.length + 1);
        const count = counts.get(code) ?? 0;
        counter.textContent = formatNumber(count);
        counter.classList.toggle("none", count === 0);
        boxes.get(key)!.checked = state.filters[facet].includes(code);
      }
    }
    if (document.activeElement !== search) search.value = state.filters.text;
    clear.disabled = JSON.stringify(state.filters) === JSON.stringify(NO_FILTERS);
  };
  update();
  return {
    nodes: [
      el("p", { class: "quiet" }, t("filters.intro")),
      el("div", { class: "field" }, el("label", { for: "filter-text" }, t("filters.text")), search),
      clear,
      ...groups,
    ],
    update,
  };
}
