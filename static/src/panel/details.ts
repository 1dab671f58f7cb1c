// The card for what is selected: an incident, the records at one point, a town's history, a road's history, a region's counts.

import { OPEN_END, byDrawn, confirmationAge, corridorStatus, stateAt } from "../data/history";
import type { CorridorHistory, Dated, PlaceHistory } from "../data/history";
import type { Incident } from "../data/incidents";
import { sumDeaths } from "../data/selection";
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
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import { EVENT_TYPES } from "../types";
import type { ControlChange, CorridorChange } from "../types";
import { recordButton } from "./list";
import { DATA_LANGUAGE, row, sources } from "./parts";

/** Title and body for the selection; null when it names nothing we hold. */
export function renderDetails(page: Page, selected: string): { title: string; lang?: string; body: HTMLElement[] } | null {
  const slash = selected.indexOf("/");
  const kind = selected.slice(0, slash);
  const id = selected.slice(slash + 1);
  if (kind === "incident") {
    const found = page.data.incidents.byId.get(id);
    return found
      ? { title: found.title ?? label("type", found.type), lang: DATA_LANGUAGE, body: incident(page, found) }
      : null;
  }
  if (kind === "spot") return spot(page, id);
  if (kind === "place") {
    const found = page.data.places.find((place) => place.key === id);
    return found ? { title: `${found.place}, ${countryName(found.country)}`, body: town(page, found) } : null;
  }
  if (kind === "corridor") {
    const found = page.data.corridors.find((corridor) => corridor.id === id);
    return found ? { title: found.name, body: road(page, found) } : null;
  }
  if (kind === "roads") {
    const found = byDrawn(page.data.corridors.filter((corridor) => id.split(",").includes(corridor.id)), page.store.get().to);
    return found.length > 0 ? { title: t("details.sharedRoad"), body: [el("p", { class: "quiet" }, t("legend.corridorShared")), ...found.flatMap((corridor) => roadBlock(page, corridor))] } : null;
  }
  if (kind === "region") return region(page, id);
  return null;
}

function actorLine(page: Page, code: string | null): string | null {
  return code ? page.actorName(code) : null;
}

function incident(page: Page, item: Incident): HTMLElement[] {
  const where = [item.place, page.regionName(item.region), item.country ? countryName(item.country) : null];
  const record = el(
    "a",
    { href: `/collections/incidents/items/${encodeURIComponent(item.id)}`, rel: "noopener" },
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
    el("p", { class: "links" }, permalink(), record),
  ];
}

function datasetTitle(page: Page, id: string): string {
  return page.data.datasets.find((dataset) => dataset.id === id)?.title ?? id;
}

/** Copies a link to the screen as it is: state is in the hash, so the page's own address is the link. */
function permalink(): HTMLElement {
  const button = el("button", { type: "button", class: "plain" }, t("details.permalink"));
  button.addEventListener("click", () => {
    void navigator.clipboard?.writeText(location.href).then(
      () => (button.textContent = t("details.copied")),
      () => (button.textContent = t("details.notCopied")),
    );
  });
  return button;
}

function spot(page: Page, id: string): { title: string; body: HTMLElement[] } | null {
  const here = page.data.incidents.rows.filter((item) => `${item.lon},${item.lat}` === id);
  const first = here[0];
  if (!first) return null;
  const { from, to } = page.store.get();
  const now = page.selection.indices.map((i) => page.data.incidents.rows[i]!).filter((item) => `${item.lon},${item.lat}` === id);
  const names = [...new Set(here.map((item) => item.place).filter(Boolean))];
  return {
    title: names.slice(0, 2).join(" / ") || t("details.spot"),
    body: [
      el("p", { class: "lead" }, capitalise(formatLead({ from, to }, plural("count.incidents", now.length)))),
      ...(now.length === 0 ? [el("p", { class: "quiet" }, t("list.empty"))] : []),
      el("ol", { class: "records" }, ...now.reverse().map((item) => el("li", {}, recordButton(page, item)))),
      el("p", { class: "quiet" }, t("details.spotTotal", { count: formatNumber(here.length) })),
    ],
  };
}

function validity(state: Dated<unknown>): string {
  const from = state.from === -OPEN_END ? t("word.unknown") : formatDay(state.from);
  return state.to === OPEN_END ? t("details.fromOpen", { from }) : t("date.range", { from, to: formatDay(state.to) });
}

function town(page: Page, place: PlaceHistory): HTMLElement[] {
  const { to } = page.store.get();
  const state = stateAt(place.states, to);
  const head = el("p", { class: "lead" }, t("details.asOf", { date: formatDay(to) }));
  const body: HTMLElement[] = [head];
  if (state) {
    body.push(controlFacts(page, state, to));
    if (state.value.note) body.push(el("p", { class: "notes", lang: DATA_LANGUAGE }, state.value.note));
    body.push(el("h3", {}, t("details.sources")), sources(state.value.source));
  } else body.push(el("p", {}, t("details.controlUnknown")));
  body.push(
    el("p", { class: "quiet" }, t("details.townOnly")),
    ...(place.population
      ? [el("p", { class: "quiet" }, t("details.population", { count: formatNumber(place.population) }))]
      : []),
    el("h3", {}, t("details.history")),
    el(
      "ol",
      { class: "history" },
      ...[...place.states].reverse().map((entry) => {
        const node = el(
          "li",
          {},
          el("span", { class: "record-when" }, validity(entry)),
          el("span", { class: "record-title" }, controlWords(page, entry.value)),
          el("span", { class: "record-meta" }, formatConfidence(entry.value.confidence)),
        );
        if (entry === state) node.setAttribute("aria-current", "true");
        return node;
      }),
    ),
    el("p", { class: "links" }, permalink()),
  );
  return body;
}

function controlWords(page: Page, change: ControlChange): string {
  const actor = change.actor ? page.actorName(change.actor) : t("word.unknown");
  const status = t("details.statusBy", { status: label("status", change.status), actor });
  if (change.blockade !== "full" && change.blockade !== "partial") return status;
  const by = change.blockade_by ? page.actorName(change.blockade_by) : t("word.unknown");
  return `${status}; ${t("details.blockadeBy", { blockade: t(`blockade.${change.blockade}`), actor: by })}`;
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
  const { to } = page.store.get();
  return [
    ...roadBlock(page, corridor, false),
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
        if (entry.from <= to && to <= entry.to) node.setAttribute("aria-current", "true");
        return node;
      }),
    ),
    el("p", { class: "quiet" }, t("details.stops", { stops: stops(corridor) })),
    el("p", { class: "links" }, permalink()),
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
  const { to } = page.store.get();
  const state = stateAt(corridor.states, to);
  const status = corridorStatus(corridor, to);
  const head = named ? [el("h3", {}, corridor.name)] : [el("p", { class: "lead" }, t("details.asOf", { date: formatDay(to) }))];
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
      ...row(t("details.since"), formatDay(state.from)),
      ...row(t("details.until"), state.to === OPEN_END ? t("details.noEnd") : formatDay(state.to)),
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

function region(page: Page, id: string): { title: string; body: HTMLElement[] } | null {
  const found = page.data.regionById.get(id);
  if (!found) return null;
  const rows = page.selection.indices.map((i) => page.data.incidents.rows[i]!).filter((item) => item.region === id);
  const deaths = sumDeaths(rows);
  const types = EVENT_TYPES.map((type) => ({ type, count: rows.filter((item) => item.type === type).length })).filter(({ count }) => count > 0);
  return {
    title: `${page.regionName(id) ?? id}, ${countryName(found.properties.country)}`,
    body: [
      el("p", { class: "lead" }, capitalise(formatLead(page.store.get(), plural("count.incidents", rows.length)))),
      ...(rows.length === 0 ? [el("p", {}, t("details.regionBlank"))] : []),
      ...(deaths.given > 0 ? [el("p", {}, formatDeathsNote(rows.length, deaths))] : []),
      el("dl", { class: "facts counts" }, ...types.flatMap(({ type, count }) => row(label("type", type), formatNumber(count)))),
      el("ol", { class: "records" }, ...[...rows].reverse().slice(0, 100).map((item) => el("li", {}, recordButton(page, item)))),
      el("p", { class: "quiet" }, t("legend.selectionNote")),
    ],
  };
}
