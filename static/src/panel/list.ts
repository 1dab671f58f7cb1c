// The step as text: records in the window, then towns under reported blockade and the roads on its last day.

import { areaAt } from "../data/areas";
import { corridorStatus, stateAt } from "../data/history";
import { isUndated } from "../data/incidents";
import type { Incident } from "../data/incidents";
import { el } from "../dom";
import { drawIncident } from "../draw/symbols";
import { capitalise, confidenceLevel, countryName, formatDay, formatDeathsShort, formatLead, formatNumber, formatWhen, label } from "../format";
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import { DATA_LANGUAGE, chooser, selectionOf, stateWords, swatch } from "./parts";

/** Rows shown before "show more". */
const PAGE_SIZE = 60;

/** A row as a button that opens its record; what the stream tells stands there at once, the title when it has come. */
export function recordButton(page: Page, row: number): HTMLElement {
  const item = page.incident(row);
  const picture = swatch(22, 22, (context) =>
    drawIncident(context, page.palette(), item.type, item.side, confidenceLevel(item.confidence), 6),
  );
  const where = [item.place ?? page.regionName(item.region), item.country ? countryName(item.country) : null].filter(Boolean).join(", ");
  const title = item.title
    ? el("span", { class: "record-title", lang: DATA_LANGUAGE }, item.title)
    : el("span", { class: "record-title" }, untitled(page, item));
  return chooser(
    [
      picture,
      el(
        "span",
        { class: "record-text" },
        el("span", { class: "record-when" }, formatWhen(item)),
        title,
        el("span", { class: "record-meta" }, [where, formatDeathsShort(item)].filter(Boolean).join(" · ")),
      ),
    ],
    () => void page.choose(row).catch(() => undefined),
  );
}

/** For a record without a title: what happened and between whom. */
export function untitled(page: Page, item: Incident): string {
  const parties = [item.actor1, item.actor2].filter((code): code is string => Boolean(code)).map((code) => page.actorName(code));
  return [label("type", item.type), parties.join(" / ")].filter(Boolean).join(" – ");
}

export function renderList(page: Page, shown: number, more: () => void): HTMLElement[] {
  const { incidents: table } = page.data;
  const { selection, scene } = page;
  const nodes: HTMLElement[] = [
    el("p", { class: "lead" }, capitalise(formatLead(scene.window, plural("count.incidents", selection.incidents)))),
  ];
  if (page.data.withheld > 0) nodes.push(el("p", { class: "quiet" }, t("list.withheld", { count: formatNumber(page.data.withheld) })));
  if (table.cellZoom !== null) nodes.push(el("p", { class: "quiet" }, t("list.cells", { count: formatNumber(table.incidents) })));
  else if (selection.count === 0) nodes.push(el("p", { class: "quiet" }, t("list.empty")));
  else {
    const rows: number[] = [];
    for (let i = selection.count - 1; i >= 0 && rows.length < shown; i--) rows.push(selection.rows[i]!);
    nodes.push(el("ol", { class: "records" }, ...rows.map((row) => el("li", {}, recordButton(page, row)))));
    // Titles of what is shown, once the clock rests: a step asks for nothing.
    if (!page.store.get().playing) void page.records.load(rows).catch(() => undefined);
    if (selection.count > shown) {
      const button = el("button", { type: "button", class: "plain" }, t("list.more", { count: formatNumber(selection.count - shown) }));
      button.addEventListener("click", more);
      nodes.push(button);
    }
  }
  const future: number[] = [];
  const undated: number[] = [];
  for (let row = table.dated; row < table.total; row++) (isUndated(table, row) ? undated : future).push(row);
  nodes.push(
    ...lost(page, undated, "list.undated"),
    ...lost(page, future, "list.future"),
    ...lost(page, table.unplaced, "list.unplaced"),
  );
  nodes.push(...blockades(page), ...assessed(page), ...roads(page));
  return nodes;
}

export const FIRST_PAGE = PAGE_SIZE;

/** What the reader has unfolded: it stays so from step to step. */
const unfolded = new Set<string>();

/** A list behind its title, filled when it is unfolded. */
function folded(key: string, title: string, list: HTMLElement, fill: () => void, after: HTMLElement | false = false): HTMLElement[] {
  const box = el("details", { class: "lost", open: unfolded.has(key) }, el("summary", {}, title), list, after);
  const follow = () => {
    unfolded[box.open ? "add" : "delete"](key);
    if (box.open && list.childElementCount === 0) fill();
  };
  follow();
  box.addEventListener("toggle", follow);
  return [box];
}

/** Records that the slider or the map cannot show; never dropped silently. */
function lost(page: Page, rows: readonly number[], key: string): HTMLElement[] {
  if (rows.length === 0) return [];
  const list = el("ol", { class: "records" });
  return folded(key, t(key, { count: formatNumber(rows.length) }), list, () => {
    const some = rows.slice(0, 200);
    list.replaceChildren(...some.map((row) => el("li", {}, recordButton(page, row))));
    // With them the panel is made anew.
    void page.records.load(some).catch(() => undefined);
  });
}

/** Places listed: of more, those on the map or the server's answer tell. */
const MOST_PLACES = 500;

/** What the fill of the land says, as text: every place that was ever reported on, by name. */
function assessed(page: Page): HTMLElement[] {
  const { day } = page;
  const told = page.data.areas
    .map((area) => ({ area, state: areaAt(area, day) }))
    .filter(({ state }) => state !== null)
    .sort((a, b) => a.area.place.localeCompare(b.area.place));
  const list = el("ul", { class: "records" });
  const fill = () =>
    list.replaceChildren(
      ...told.slice(0, MOST_PLACES).map(({ area, state }) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-title" }, `${area.place}, ${countryName(area.country)}`),
                el("span", { class: "record-meta" }, state?.status ? t("list.assessedState", { state: stateWords(page, state), unknown: t("unit.percent", { value: formatNumber(Math.round(state.unknown * 100)) }) }) : stateWords(page, state)),
              ),
            ],
            () => {
              page.store.set({ selected: selectionOf(area) });
              if (area.lon !== null && area.lat !== null) page.bus.emit("locate", { lon: area.lon, lat: area.lat });
            },
          ),
        ),
      ),
    );
  const rest = told.length > MOST_PLACES && el("p", { class: "quiet" }, t("list.firstOnly", { shown: formatNumber(MOST_PLACES), count: formatNumber(told.length) }));
  return folded("assessed", t("list.assessed", { date: formatDay(day), count: formatNumber(told.length) }), list, fill, rest);
}

function blockades(page: Page): HTMLElement[] {
  const { day } = page;
  const towns = page.data.places
    .map((place) => ({ place, state: stateAt(place.states, day)?.value }))
    .filter(({ state }) => state?.blockade === "full" || state?.blockade === "partial")
    .sort((a, b) => a.place.place.localeCompare(b.place.place));
  const heading = el("h3", {}, t("list.blockades", { date: formatDay(day) }));
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
  const { day } = page;
  // By name: an order by status would read as advice on which road to take.
  const all = page.data.corridors
    .map((corridor) => ({ corridor, status: corridorStatus(corridor, day) }))
    .sort((a, b) => a.corridor.name.localeCompare(b.corridor.name));
  const known = all.filter(({ status }) => CORRIDOR_STATUSES.some((candidate) => candidate === status)).length;
  return [
    el("h3", {}, t("list.roads", { date: formatDay(day) })),
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
