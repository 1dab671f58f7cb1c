// The card for what is selected: an incident, the records at one point, a town's history, a road's history, a region's counts.

import type { AreaHistory } from "../data/areas";
import { OPEN_END, byDrawn, confirmationAge, corridorStatus, stateAt } from "../data/history";
import type { CorridorHistory, Dated, PlaceHistory } from "../data/history";
import { lastSaid, segmentAt } from "../data/roads";
import type { Incident } from "../data/incidents";
import { el } from "../dom";
import {
  capitalise,
  countryName,
  formatConfidence,
  formatDay,
  formatDeaths,
  formatDeathsNote,
  formatIso,
  formatLead,
  formatNumber,
  formatWhen,
  label,
} from "../format";
import { has, plural, t } from "../i18n/index";
import type { Page } from "../page";
import type { ControlChange, CorridorChange } from "../types";
import { loadRevisions } from "../api";
import { linkTo } from "../hash";
import { sumDeaths } from "../data/selection";
import { spotAt } from "../layers/incidents";
import { recordButton, untitled } from "./list";
import { townRoads } from "./access";
import { DATA_LANGUAGE, copier, later, row, sources } from "./parts";
import { statementList, validity } from "./statements";

/** Records of one point that a card lists. */
const MOST_RECORDS = 200;

interface Card {
  title: string;
  lang?: string;
  body: HTMLElement[];
}

/** Title and body for the selection; null when it names nothing we hold. */
export function renderDetails(page: Page, selected: string): Card | null {
  const slash = selected.indexOf("/");
  const kind = selected.slice(0, slash);
  const id = selected.slice(slash + 1);
  if (kind === "incident") {
    const found = page.incidentById(id);
    if (!found) {
      // The link names a record that is not here yet; when it has come, the card is made again.
      void page.open(id).catch(() => page.store.set({ selected: null }));
      return { title: t("load.loading"), body: [] };
    }
    return found.title
      ? { title: found.title, lang: DATA_LANGUAGE, body: incident(page, found) }
      : { title: untitled(page, found), body: incident(page, found) };
  }
  if (kind === "spot") return spot(page, id);
  if (kind === "place") {
    const found = page.data.places.find((place) => place.key === id) ?? page.data.wide.find((area) => area.key === id);
    return found ? { title: `${found.place}, ${countryName(found.country)}`, body: town(page, found) } : null;
  }
  if (kind === "corridor") {
    const found = page.data.corridors.find((corridor) => corridor.id === id);
    return found ? { title: found.name, body: road(page, found) } : null;
  }
  if (kind === "roads") {
    const found = byDrawn(page.data.corridors.filter((corridor) => id.split(",").includes(corridor.id)), page.day);
    return found.length > 0 ? { title: t("details.sharedRoad"), body: [el("p", { class: "quiet" }, t("legend.corridorShared")), ...found.flatMap((corridor) => roadBlock(page, corridor))] } : null;
  }
  if (kind === "front") {
    const body = el("div", {}, el("p", { class: "quiet" }, t("load.loading")));
    void import("./cell").then(({ cellCard }) => cellCard(page, id)).then((nodes) => body.replaceChildren(...nodes), () => body.replaceChildren(el("p", {}, t("load.unreachable"))));
    return { title: t("layer.front"), body: [body, el("p", { class: "links" }, permalink(page))] };
  }
  if (kind === "region") return reported(page, (reports) => reports.regionReport(page, id));
  if (kind === "area") return reported(page, (reports) => reports.areaReport(page, id));
  return null;
}

let reports: typeof import("./report") | null = null;

/** Reports are loaded with the first one; then the card is made again. */
function reported(page: Page, make: (reports: typeof import("./report")) => Card | null): Card | null {
  if (reports) return make(reports);
  const words = el("p", {}, t("load.loading"));
  void import("./report").then(
    (module) => {
      reports = module;
      page.bus.emit("records", null);
    },
    () => (words.textContent = t("load.unreachable")),
  );
  return { title: t("load.loading"), body: [words] };
}

function actorLine(page: Page, code: string | null): string | null {
  return code ? page.actorName(code) : null;
}

function incident(page: Page, item: Incident): HTMLElement[] {
  const where = [item.place, page.regionName(item.region), item.country ? countryName(item.country) : null];
  const record = el(
    "a",
    { href: `/collections/incidents/items/${encodeURIComponent(item.id ?? "")}`, rel: "noopener" },
    t("details.record"),
  );
  return [
    el(
      "dl",
      { class: "facts" },
      ...row(t("details.when"), formatWhen(item)),
      ...row(t("details.where"), [...new Set(where.filter(Boolean))].join(", ")),
      ...row(t("details.placed"), t(`precision.geo.${item.geo_precision ?? 3}`)),
      ...row(t("details.type"), `${label("type", item.type)}${item.sub_event_type ? ` – ${item.sub_event_type.replace(/_/g, " ")}` : ""}`),
      ...row(t("details.actor1"), actorLine(page, item.actor1)),
      ...row(t("details.actor2"), actorLine(page, item.actor2)),
      ...row(t("details.deaths"), formatDeaths(item)),
      ...row(t("details.confidence"), formatConfidence(item.confidence)),
      ...row(t("details.verification"), item.verification ? label("verification", item.verification) : null),
    ),
    ...(item.notes ? [el("p", { class: "notes", lang: DATA_LANGUAGE }, item.notes)] : []),
    el("h3", {}, t("details.sources")),
    sources(item.source),
    ...revisions(item),
    el(
      "p",
      { class: "quiet" },
      [
        item.dataset ? t("details.dataset", { dataset: datasetTitle(page, item.dataset) }) : null,
        item.licence ? t("details.licence", { licence: item.licence }) : null,
        item.known_at ? t("details.knownAt", { date: formatIso(item.known_at) }) : null,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    el("p", { class: "links" }, permalink(page), record),
  ];
}

/** What the record said before, fetched when it is opened: each version with what changed in it. */
function revisions(item: Incident): HTMLElement[] {
  const { id } = item;
  if (id === null) return [];
  const body = el("ol", { class: "history" });
  const box = el("details", { class: "lost" }, el("summary", {}, t("details.revisions")), body);
  box.addEventListener("toggle", () => {
    if (!box.open || body.childElementCount > 0) return;
    body.append(el("li", {}, t("load.loading")));
    void loadRevisions(id).then(
      (versions) => body.replaceChildren(...versions.map((version, i) => revision(version, versions[i - 1])).reverse()),
      () => body.replaceChildren(el("li", {}, t("load.unreachable"))),
    );
  });
  return [box];
}

/** Names of what may differ from one version to the next without the record saying anything else. */
const BOOKKEEPING = ["known_at", "superseded_at"];

function revision(version: Record<string, unknown>, before: Record<string, unknown> | undefined): HTMLElement {
  const known = typeof version.known_at === "string" ? formatIso(version.known_at) : t("word.unknown");
  const text = (value: unknown) => (value === null || value === undefined || value === "" ? t("word.unknown") : String(value));
  const changed = before ? Object.keys(version).filter((key) => !BOOKKEEPING.includes(key) && text(version[key]) !== text(before[key])) : [];
  return el(
    "li",
    {},
    el("span", { class: "record-when" }, t("details.knownAt", { date: known })),
    ...(before === undefined
      ? [el("span", { class: "record-title" }, t("details.firstVersion"))]
      : changed.length === 0
        ? [el("span", { class: "record-title" }, t("details.noChange"))]
        : changed.map((key) =>
            el("span", { class: "record-title", lang: DATA_LANGUAGE }, t("details.changed", { field: key, before: text(before[key]), after: text(version[key]) })),
          )),
  );
}

function datasetTitle(page: Page, id: string): string {
  return has(`dataset.${id}`) ? t(`dataset.${id}`) : (page.data.datasets.find((dataset) => dataset.id === id)?.title ?? id);
}

/** Copies a link to the screen as it is. */
function permalink(page: Page): HTMLElement {
  return copier(t("details.permalink"), () => linkTo(page.store.get(), location.origin + location.pathname));
}

function spot(page: Page, id: string): { title: string; body: HTMLElement[] } | null {
  const table = page.data.incidents;
  const at = spotAt(page, id);
  if (at < 0) return null;
  const { selection, scene } = page;
  const rows: number[] = [];
  let [now, all] = [0, 0];
  for (let i = selection.count - 1; i >= 0; i--) {
    const row = selection.rows[i]!;
    if (table.spot[row] !== at) continue;
    rows.push(row);
    now += table.weight[row]!;
  }
  for (let row = 0; row < table.dated; row++) if (table.spot[row] === at) all += table.weight[row]!;
  const lead = el("p", { class: "lead" }, capitalise(formatLead(scene.window, plural("count.incidents", now))));
  const total = el("p", { class: "quiet" }, t("details.spotTotal", { count: formatNumber(all) }));
  if (table.cellZoom !== null) {
    const note = formatDeathsNote(now, sumDeaths(table, rows));
    return { title: t("details.cell"), body: [lead, ...(note ? [el("p", {}, note)] : []), el("p", {}, t("details.cellText")), total] };
  }
  const shown = rows.slice(0, MOST_RECORDS);
  void page.records.load(shown).catch(() => undefined);
  const names = [...new Set(shown.map((row) => page.incident(row).place).filter(Boolean))];
  return {
    title: names.slice(0, 2).join(" / ") || page.regionName(page.incident(rows[0] ?? 0).region) || t("details.spot"),
    body: [
      lead,
      ...(rows.length === 0 ? [el("p", { class: "quiet" }, t("list.empty"))] : []),
      el("ol", { class: "records" }, ...shown.map((row) => el("li", {}, recordButton(page, row)))),
      ...(rows.length > shown.length ? [el("p", { class: "quiet" }, t("details.latestOnly", { shown: formatNumber(shown.length), count: formatNumber(rows.length) }))] : []),
      total,
    ],
  };
}

function town(page: Page, place: PlaceHistory): HTMLElement[] {
  const { day } = page;
  const state = stateAt(place.states, day);
  const land = landOf(page, place);
  const body: HTMLElement[] = [el("h3", {}, t("details.asOf", { date: formatDay(day) }))];
  if (state) {
    body.push(controlFacts(page, state, day));
    if (state.value.note) body.push(el("p", { class: "notes", lang: DATA_LANGUAGE }, state.value.note));
  } else body.push(el("p", {}, t("details.controlUnknown")));
  const blockade = state?.value.blockade;
  body.push(
    ...(land ? [later(({ placeStanding }) => placeStanding(page, land))] : []),
    ...townRoads(page, place.place, blockade === "full" || blockade === "partial"),
    ...(state ? [el("h3", {}, t("details.sources")), sources(state.value.source)] : []),
    ...((place.target ?? "place") === "place" ? [el("p", { class: "quiet" }, t("details.townOnly"))] : []),
    ...(place.population
      ? [el("p", { class: "quiet" }, t("details.population", { count: formatNumber(place.population) }))]
      : []),
    el("h3", {}, t("assessed.statements")),
    statementList(page, place, day),
    el("p", { class: "links" }, permalink(page)),
  );
  return body;
}

/** The land that a place speaks for: the nearest of those of its name, since the gazetteer may put it a little elsewhere. */
function landOf(page: Page, { key, lon, lat }: PlaceHistory): AreaHistory | null {
  const distance = (area: AreaHistory) => Math.hypot((area.lon ?? 999) - lon, (area.lat ?? 999) - lat);
  const named = page.data.areas.filter((area) => area.key === key);
  return named.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

function controlFacts(page: Page, state: Dated<ControlChange>, day: number): HTMLElement {
  const change = state.value;
  const age = confirmationAge(state, day);
  const blockaded = change.blockade === "full" || change.blockade === "partial";
  return el(
    "dl",
    { class: "facts" },
    ...row(t("details.status"), label("status", change.status)),
    ...row(t(change.status === "control" ? "details.holder" : "details.party"), actorLine(page, change.actor)),
    ...(blockaded
      ? [
          ...row(t("details.blockade"), t(`blockade.${change.blockade}`)),
          ...row(t("details.blockadeActor"), actorLine(page, change.blockade_by) ?? t("word.unknown")),
        ]
      : []),
    ...row(t("details.since"), state.from === -OPEN_END ? t("word.unknown") : since(state.from, change.date_precision)),
    ...row(t("details.until"), state.to === OPEN_END ? t("details.noEnd") : formatDay(state.to)),
    ...row(t("details.confirmed"), change.last_confirmed ? t("details.confirmedAge", { date: formatIso(change.last_confirmed), age: plural("count.days", age) }) : t("details.notConfirmed")),
    ...row(t("details.confidence"), formatConfidence(change.confidence)),
    ...row(t("details.verification"), change.verification ? label("verification", change.verification) : null),
  );
}

function since(day: number, precision: string | null): string {
  const text = formatDay(day);
  return precision && precision !== "day" ? `${text} (${t(`precision.date.${precision}`)})` : text;
}

function road(page: Page, corridor: CorridorHistory): HTMLElement[] {
  const { day } = page;
  return [
    ...roadBlock(page, corridor, false),
    ...stretchReports(page, corridor),
    el("h3", {}, t("details.history")),
    el(
      "ol",
      { class: "history" },
      ...[...corridor.states].reverse().map((entry) => {
        const node = el(
          "li",
          {},
          el("span", { class: "record-when" }, validity(entry)),
          el("span", { class: "record-title" }, roadWords(page, entry.value)),
          el("span", { class: "record-meta" }, formatConfidence(entry.value.confidence)),
        );
        if (entry.from <= day && day <= entry.to) node.setAttribute("aria-current", "true");
        return node;
      }),
    ),
    el("p", { class: "quiet" }, t("details.stops", { stops: stops(corridor) })),
    el("p", { class: "links" }, permalink(page)),
  ];
}

/** What is said of single stretches on the clock's day: reports on them alone, and those that incidents alone make what they are drawn as. */
function stretchReports(page: Page, corridor: CorridorHistory): HTMLElement[] {
  const { day } = page;
  const reported = corridor.parts.filter(({ from, to }) => from <= day && day <= to);
  const disrupted = corridor.segments.filter(({ id }) => segmentAt(page.data.segmentStates.get(id) ?? [], day)?.byIncidents);
  const name = (seq: number | null | undefined) => {
    const segment = corridor.segments.find((candidate) => candidate.seq === seq);
    return segment ? `${segment.from} – ${segment.to}` : t("word.unknown");
  };
  const item = (title: string, meta: string) => el("li", {}, el("span", { class: "record-title" }, title), el("span", { class: "record-meta" }, meta));
  if (reported.length + disrupted.length === 0) return [];
  return [
    el("h3", {}, t("details.stretches")),
    el(
      "ul",
      { class: "history" },
      ...reported.map((part) => item(`${name(part.value.segment)}: ${roadWords(page, part.value)}`, validity(part))),
      ...disrupted.map(({ seq }) => item(name(seq), t("road.byIncidents"))),
    ),
  ];
}

function stops(corridor: CorridorHistory): string {
  const first = corridor.segments[0];
  return first ? [first.from, ...corridor.segments.map((segment) => segment.to)].join(" – ") : "";
}

function roadWords(page: Page, change: CorridorChange): string {
  const status = label("road", change.status);
  return change.actor ? t("details.statusBy", { status, actor: page.actorName(change.actor) }) : status;
}

function roadBlock(page: Page, corridor: CorridorHistory, named = true): HTMLElement[] {
  const { day } = page;
  const state = stateAt(corridor.states, day);
  const status = corridorStatus(corridor, day);
  const head = named ? [el("h3", {}, corridor.name)] : [el("p", { class: "lead" }, t("details.asOf", { date: formatDay(day) }))];
  if (!state || status === "unknown") {
    return [...head, el("p", {}, state?.value.note && status === "unknown" ? state.value.note : t("details.roadUnknown"))];
  }
  const change = state.value;
  return [
    ...head,
    el(
      "dl",
      { class: "facts" },
      ...row(t("details.status"), label("road", change.status)),
      ...row(t("details.since"), since(state.from, change.from_precision ?? null)),
      ...row(t("details.until"), state.to === OPEN_END ? t("details.noEnd") : formatDay(state.to)),
      ...row(t("details.confirmed"), change.last_confirmed ? t("details.confirmedAge", { date: formatIso(change.last_confirmed), age: plural("count.days", day - lastSaid(state, day)) }) : null),
      ...row(t("details.cause"), actorLine(page, change.actor)),
      ...row(t("details.confidence"), formatConfidence(change.confidence)),
      ...row(t("details.verification"), change.verification ? label("verification", change.verification) : null),
    ),
    el("p", { class: "quiet" }, t(change.note ? "details.roadWholeNote" : "details.roadWhole")),
    ...(change.note ? [el("p", { class: "notes", lang: DATA_LANGUAGE }, change.note)] : []),
    el("h4", {}, t("details.sources")),
    sources(change.source),
  ];
}
