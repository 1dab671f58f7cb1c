// The step as text: records in the window, then towns under reported blockade and the roads on its last day.

import { stateAt, corridorStatus } from "../data/history";
import type { Incident } from "../data/incidents";
import { el } from "../dom";
import { drawIncident } from "../draw/symbols";
import { capitalise, confidenceLevel, countryName, formatDay, formatDeathsShort, formatLead, formatWhen, label } from "../format";
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import { DATA_LANGUAGE, chooser, swatch } from "./parts";

/** Rows shown before "show more". */
const PAGE_SIZE = 60;

export function recordButton(page: Page, row: Incident): HTMLElement {
  const picture = swatch(22, 22, (context) =>
    drawIncident(context, page.palette(), row.type, row.side, confidenceLevel(row.confidence), 6),
  );
  const where = [row.place, row.country ? countryName(row.country) : null].filter(Boolean).join(", ");
  return chooser(
    [
      picture,
      el(
        "span",
        { class: "record-text" },
        el("span", { class: "record-when" }, formatWhen(row)),
        el("span", { class: "record-title", lang: DATA_LANGUAGE }, row.title ?? label("type", row.type)),
        el("span", { class: "record-meta" }, `${where} · ${formatDeathsShort(row)}`),
      ),
    ],
    () => {
      page.store.set({ selected: `incident/${row.id}` });
      if (row.lon !== null && row.lat !== null) page.bus.emit("locate", { lon: row.lon, lat: row.lat });
    },
  );
}

export function renderList(page: Page, shown: number, more: () => void): HTMLElement[] {
  const { incidents } = page.data;
  const rows = page.selection.indices.map((i) => incidents.rows[i]!).reverse();
  const nodes: HTMLElement[] = [
    el("p", { class: "lead" }, capitalise(formatLead(page.store.get(), plural("count.incidents", rows.length)))),
  ];
  if (page.data.withheld > 0) nodes.push(el("p", { class: "quiet" }, t("list.withheld", { count: page.data.withheld })));
  if (rows.length === 0) nodes.push(el("p", { class: "quiet" }, t("list.empty")));
  else nodes.push(el("ol", { class: "records" }, ...rows.slice(0, shown).map((row) => el("li", {}, recordButton(page, row)))));
  if (rows.length > shown) {
    const button = el("button", { type: "button", class: "plain" }, t("list.more", { count: rows.length - shown }));
    button.addEventListener("click", more);
    nodes.push(button);
  }
  nodes.push(
    ...lost(page, incidents.undated, "list.undated"),
    ...lost(page, incidents.future, "list.future"),
    ...lost(page, incidents.unplaced, "list.unplaced"),
  );
  nodes.push(...blockades(page), ...roads(page));
  return nodes;
}

export const FIRST_PAGE = PAGE_SIZE;

/** Records that the slider or the map cannot show; never dropped silently. */
function lost(page: Page, rows: Incident[], key: string): HTMLElement[] {
  if (rows.length === 0) return [];
  return [
    el("h3", {}, t(key, { count: rows.length })),
    el("ol", { class: "records" }, ...rows.map((row) => el("li", {}, recordButton(page, row)))),
  ];
}

function blockades(page: Page): HTMLElement[] {
  const { to } = page.store.get();
  const towns = page.data.places
    .map((place) => ({ place, state: stateAt(place.states, to)?.value }))
    .filter(({ state }) => state?.blockade === "full" || state?.blockade === "partial")
    .sort((a, b) => a.place.place.localeCompare(b.place.place));
  const heading = el("h3", {}, t("list.blockades", { date: formatDay(to) }));
  if (towns.length === 0) return [heading, el("p", { class: "quiet" }, t("list.noBlockades"))];
  return [
    heading,
    el(
      "ul",
      { class: "records" },
      ...towns.map(({ place, state }) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-title" }, `${place.place}, ${countryName(place.country)}`),
                el(
                  "span",
                  { class: "record-meta" },
                  `${t(`blockade.${state!.blockade}`)}${state!.blockade_by ? ` · ${page.actorName(state!.blockade_by)}` : ""}`,
                ),
              ),
            ],
            () => {
              page.store.set({ selected: `place/${place.key}` });
              page.bus.emit("locate", place);
            },
          ),
        ),
      ),
    ),
  ];
}

function roads(page: Page): HTMLElement[] {
  const { to } = page.store.get();
  // By name: an order by status would read as advice on which road to take.
  const all = page.data.corridors
    .map((corridor) => ({ corridor, status: corridorStatus(corridor, to) }))
    .sort((a, b) => a.corridor.name.localeCompare(b.corridor.name));
  const known = all.filter(({ status }) => CORRIDOR_STATUSES.some((candidate) => candidate === status)).length;
  return [
    el("h3", {}, t("list.roads", { date: formatDay(to) })),
    el("p", { class: "quiet" }, t("list.roadsNote", { known, all: all.length })),
    el(
      "ul",
      { class: "records" },
      ...all.map(({ corridor, status }) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-title" }, corridor.name),
                el("span", { class: "record-meta" }, t(`road.${status}`)),
              ),
            ],
            () => page.store.set({ selected: `corridor/${corridor.id}` }),
          ),
        ),
      ),
    ),
  ];
}
