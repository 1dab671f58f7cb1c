// Counts, trend, control, roads and the nearest change of a region, or of an area that the reader drew.

import { isoDay } from "../calendar";
import { corridorStatus, stateAt } from "../data/history";
import { areaLine, contains, toRings } from "../data/geometry";
import { worldX, worldY } from "../data/mercator";
import { sumDeaths } from "../data/selection";
import { el } from "../dom";
import { capitalise, countryName, formatDay, formatDeathsNote, formatLead, formatNumber, label } from "../format";
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import { CONTROL_STATUSES, EVENT_TYPES, SIDES } from "../types";
import type { Side } from "../types";
import { recordButton } from "./list";
import { chooser, later, row } from "./parts";
import { statementList } from "./statements";
import { downloadRows } from "../export/rows";

/** Records listed in a report. */
const MOST_RECORDS = 100;

interface Area {
  title: string;
  /** Does a row belong to it? */
  holdsRow: (row: number) => boolean;
  /** Does a point of the unit square lie in it? */
  holds: (x: number, y: number) => boolean;
  name: string;
  /** Id of the region or state, for what is assessed of it. */
  standing?: string;
  /** The state that a region is of. */
  within?: string | null;
}

export function regionReport(page: Page, id: string): { title: string; body: HTMLElement[] } | null {
  if (/^[A-Z]{2}$/.test(id)) return countryReport(page, id);
  const found = page.data.regionById.get(id);
  if (!found) return null;
  const table = page.data.incidents;
  const code = table.region.values.indexOf(id);
  const rings = found.geometry ? toRings(found.geometry) : [];
  return report(page, {
    title: `${page.regionName(id) ?? id}, ${countryName(found.properties.country)}`,
    holdsRow: (at) => code >= 0 && table.region.codes[at] === code,
    holds: (x, y) => contains(rings, x, y),
    name: id,
    standing: id,
    within: found.properties.country,
  });
}

/** The regions of a state together. */
function countryReport(page: Page, id: string): { title: string; body: HTMLElement[] } | null {
  const regions = page.data.regions.filter(({ properties }) => properties.country === id);
  if (regions.length === 0) return null;
  const table = page.data.incidents;
  const code = table.country.values.indexOf(id);
  const rings = regions.flatMap(({ geometry }) => toRings(geometry));
  return report(page, {
    title: countryName(id),
    holdsRow: (at) => code >= 0 && table.country.codes[at] === code,
    holds: (x, y) => contains(rings, x, y),
    name: id,
    standing: id,
  });
}

export function areaReport(page: Page, text: string): { title: string; body: HTMLElement[] } | null {
  const line = areaLine(text);
  if (!line) return null;
  const { spots, spot } = page.data.incidents;
  const inside = Uint8Array.from(spots.x, (x, i) => (contains([line], x, spots.y[i]!) ? 1 : 0));
  return report(page, {
    title: t("report.area"),
    holdsRow: (at) => spot[at]! >= 0 && inside[spot[at]!] === 1,
    holds: (x, y) => contains([line], x, y),
    name: "area",
  });
}

function report(page: Page, area: Area): { title: string; body: HTMLElement[] } {
  const table = page.data.incidents;
  const { selection, scene } = page;
  const rows: number[] = [];
  let count = 0;
  const types = new Map<string, number>();
  const sides = new Map<Side, number>();
  for (let i = selection.count - 1; i >= 0; i--) {
    const at = selection.rows[i]!;
    if (!area.holdsRow(at)) continue;
    const many = table.weight[at]!;
    rows.push(at);
    count += many;
    const [type, side] = [EVENT_TYPES[table.type[at]!]!, SIDES[table.side[at]!]!];
    types.set(type, (types.get(type) ?? 0) + many);
    sides.set(side, (sides.get(side) ?? 0) + many);
  }
  const deaths = sumDeaths(table, rows);
  const cells = table.cellZoom !== null;
  const shown = cells ? [] : rows.slice(0, MOST_RECORDS);
  void page.records.load(shown.slice(0, 30)).catch(() => undefined);
  const counts = <K extends string>(map: Map<K, number>, name: (key: K) => string) =>
    el(
      "dl",
      { class: "facts counts" },
      ...[...map].sort((a, b) => b[1] - a[1]).flatMap(([key, value]) => row(name(key), formatNumber(value))),
    );
  return {
    title: area.title,
    body: [
      el("p", { class: "lead" }, capitalise(formatLead(scene.window, plural("count.incidents", count)))),
      ...(count === 0 ? [el("p", {}, t("details.regionBlank"))] : []),
      ...(deaths.given > 0 ? [el("p", {}, formatDeathsNote(count, deaths))] : []),
      ...(area.within ? [whole(page, area.within)] : []),
      ...(area.standing ? [standing(page, area.standing)] : []),
      el("h3", {}, t("layer.incidents")),
      trend(page, area),
      ...(count > 0 && !cells
        ? [el("h3", {}, t("filters.sides")), counts(sides, (side) => t(`side.${side}`)), el("h3", {}, t("filters.types")), counts(types, (type) => label("type", type))]
        : []),
      ...control(page, area),
      ...wider(page, area),
      ...roads(page, area),
      ...(shown.length > 0 ? [el("h3", {}, t("panel.list")), el("ol", { class: "records" }, ...shown.map((at) => el("li", {}, recordButton(page, at))))] : []),
      ...(rows.length > shown.length && !cells
        ? [el("p", { class: "quiet" }, t("details.latestOnly", { shown: formatNumber(shown.length), count: formatNumber(rows.length) }))]
        : []),
      ...(cells || rows.length === 0 ? [] : [el("p", { class: "links" }, download(page, rows, area.name, "csv"), download(page, rows, area.name, "geojson"))]),
      el("p", { class: "quiet" }, t("legend.selectionNote")),
    ],
  };
}

function download(page: Page, rows: number[], name: string, format: "csv" | "geojson"): HTMLElement {
  const button = el("button", { type: "button", class: "plain" }, t(`export.${format}`));
  button.addEventListener("click", () => void downloadRows(page, rows, `harmattan-${name}-${isoDay(page.day)}`, format));
  return button;
}

/** A chart of records a month over the whole period, loaded when it comes into view; the same in words beside it. */
function trend(page: Page, area: Area): HTMLElement {
  const box = el("div", { class: "chart" });
  void import("./chart").then(({ monthlyChart }) => monthlyChart(page, box, area.holdsRow));
  return el("figure", {}, el("figcaption", { class: "quiet" }, t("report.trend")), box);
}

/** What sources said of the region as a whole, or of an area in it. */
function wider(page: Page, area: Area): HTMLElement[] {
  const told = page.data.wide.filter(({ region, country }) => area.standing !== undefined && (region === area.standing || (region === null && country === area.standing)));
  if (told.length === 0) return [];
  return [
    el("h3", {}, t("report.wider")),
    el("p", { class: "quiet" }, t("report.widerNote")),
    ...told.flatMap((entry) => [el("h4", {}, page.regionName(entry.place) ?? entry.place), statementList(page, entry, page.day)]),
  ];
}

function standing(page: Page, id: string): HTMLElement {
  return later(({ regionStanding }) => regionStanding(page, id));
}

/** From a region to its state. */
function whole(page: Page, country: string): HTMLElement {
  const button = el("button", { type: "button", class: "plain" }, t("report.whole", { country: countryName(country) }));
  button.addEventListener("click", () => page.store.set({ selected: `region/${country}` }));
  return el("p", { class: "links" }, button);
}

function control(page: Page, area: Area): HTMLElement[] {
  const { day } = page;
  const places = page.data.places.filter(({ lon, lat }) => area.holds(worldX(lon), worldY(lat)));
  if (places.length === 0) return [];
  const held = new Map<string, { places: number; people: number }>();
  let nearest: { gap: number; day: number; place: string } | null = null;
  for (const place of places) {
    const state = stateAt(place.states, day)?.value;
    const known = CONTROL_STATUSES.some((status) => status === state?.status);
    const key = known ? `${label("status", state!.status)} – ${state!.actor ? page.actorName(state!.actor) : t("word.unknown")}` : t("word.unknown");
    const entry = held.get(key) ?? { places: 0, people: 0 };
    entry.places += 1;
    entry.people += place.population ?? 0;
    held.set(key, entry);
    for (const { from } of place.states) {
      const gap = Math.abs(from - day);
      if (Number.isFinite(from) && from > -1e6 && (nearest === null || gap < nearest.gap)) nearest = { gap, day: from, place: place.place };
    }
  }
  return [
    el("h3", {}, t("report.control", { date: formatDay(day) })),
    el(
      "dl",
      { class: "facts" },
      ...[...held]
        .sort((a, b) => b[1].places - a[1].places)
        .flatMap(([name, { places: many, people }]) => row(name, people > 0 ? `${plural("count.places", many)}, ${plural("count.people", people)}` : plural("count.places", many))),
    ),
    el("p", { class: "quiet" }, t("report.controlNote", { known: formatNumber(places.length) })),
    ...(nearest ? [el("p", {}, t("report.nearest", { place: nearest.place, date: formatDay(nearest.day), days: plural("count.days", nearest.gap) }))] : []),
  ];
}

function roads(page: Page, area: Area): HTMLElement[] {
  const found = page.data.corridors
    .filter(({ segments }) => segments.some(({ coordinates }) => coordinates.some(([lon, lat]) => area.holds(worldX(lon), worldY(lat)))))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (found.length === 0) return [];
  return [
    el("h3", {}, t("list.roads", { date: formatDay(page.day) })),
    el(
      "ul",
      { class: "records" },
      ...found.map((corridor) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-title" }, corridor.name),
                el("span", { class: "record-meta" }, t(`road.${corridorStatus(corridor, page.day)}`)),
              ),
            ],
            () => page.store.set({ selected: `corridor/${corridor.id}` }),
          ),
        ),
      ),
    ),
  ];
}
