// What is assessed of a place and of a region, on the clock's day and over the years. Loaded when the first card opens; a card is made once
// and then follows the clock, so that neither focus nor choices are lost to a step.

import { clampWindow, windowAt } from "../calendar";
import type { Day } from "../calendar";
import { areaAt, changeAround, confirmedBy, partiesOf, periodsOf } from "../data/areas";
import type { AreaHistory, AreaState } from "../data/areas";
import { DENOMINATORS, pointAt, shareSeries } from "../data/shares";
import type { Denominator, Measure, SharePoint, ShareSeries } from "../data/shares";
import { el } from "../dom";
import { areaPaint, lookOf, lookOfShare } from "../draw/areas";
import { formatDay, formatNumber, label } from "../format";
import { plural, t } from "../i18n/index";
import { loadShares, sharesPath } from "../api";
import type { Page } from "../page";
import { row, stateWords, swatch } from "./parts";
import { strip } from "./strip";
import type { Segment, Strip } from "./strip";

interface Card {
  node: HTMLElement;
  update: () => void;
}

/** The last card of each kind, with what it was made for. */
const made: Record<"place" | "region", { of: unknown[]; card: Card } | null> = { place: null, region: null };

function once(kind: "place" | "region", of: unknown[], make: () => Card): HTMLElement {
  const last = made[kind];
  const same = last !== null && last.of.length === of.length && of.every((value, i) => value === last.of[i]);
  const entry = same ? last : (made[kind] = { of, card: make() });
  entry.card.update();
  return entry.card.node;
}

const percent = (share: number) => t("unit.percent", { value: formatNumber(Math.round(share * 100)) });

function show(page: Page, day: Day): void {
  const { store, data } = page;
  store.set({ ...clampWindow(windowAt(store.get(), store.get().mode, day), data.span), playing: false });
}

// Places

export function placeStanding(page: Page, area: AreaHistory): HTMLElement {
  return once("place", [area, page.data.regionById, page.palette(), document.documentElement.lang], () => {
    const facts = el("div", {});
    const { span } = page.data;
    const time = strip(t("assessed.strip", { place: area.place }), segmentsOf(page, area), span, page.palette, ({ from }) => show(page, from));
    const region = area.region === null ? null : page.regionName(area.region);
    const whole = el("button", { type: "button", class: "plain" }, t("assessed.region", { region: region ?? "" }));
    whole.addEventListener("click", () => page.store.set({ selected: `region/${area.region}` }));
    const node = el("div", { class: "standing" }, facts, el("h3", {}, t("assessed.time")), time.node, el("p", { class: "quiet" }, t("assessed.stripNote")), region !== null && el("p", { class: "links" }, whole));
    return {
      node,
      update() {
        facts.replaceChildren(...placeFacts(page, area));
        time.update(page.day);
      },
    };
  });
}

/** Periods that a reader would tell apart, from the first report to the end of the span. */
function segmentsOf(page: Page, area: AreaHistory): Segment[] {
  const { span } = page.data;
  return periodsOf(area)
    .map(({ from, to, state }) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to), state }))
    .filter(({ from, to }) => from <= to)
    .map(({ from, to, state }) => {
      const look = lookOf(area, state, (code) => page.sideOf(code));
      const words = t("assessed.period", { from: formatDay(from), to: formatDay(to), state: stateWords(page, state) });
      return {
        from,
        to,
        words: state.disputed ? `${words}; ${t("assessed.disputed")}` : words,
        paint(context, left, top, width, height) {
          const { fill, alpha } = areaPaint(context, page.palette(), { ...look, level: state.status === null ? 0 : 2 });
          context.fillStyle = fill;
          context.globalAlpha = Math.min(1, alpha + 0.2);
          context.fillRect(left, top, width, height);
          context.globalAlpha = 1;
          if (state.blockade !== "full" && state.blockade !== "partial") return;
          context.fillStyle = page.palette().sides[page.sideOf(state.blockadeBy)];
          // Broken for a partial blockade.
          for (let x = left; x < left + width; x += 8) context.fillRect(x, top + height - 5, Math.min(state.blockade === "full" ? 8 : 5, left + width - x), 5);
        },
      };
    });
}

function placeFacts(page: Page, area: AreaHistory): HTMLElement[] {
  const { day } = page;
  const state = areaAt(area, day);
  const head = el("h3", {}, t("assessed.heading", { date: formatDay(day) }));
  if (!state) return [head, el("p", {}, t("assessed.never"))];
  const change = changeAround(area, day);
  const confirmed = confirmedBy(state, day);
  const between = change ?? area.changes.find(({ by }) => by === state.since) ?? null;
  return [
    head,
    el(
      "dl",
      { class: "facts" },
      ...row(t("details.status"), state.status === null ? t("assessed.unknown") : label("standing", state.status)),
      ...(state.status !== null && state.status !== "contested" && state.actor ? row(t("assessed.leading"), page.actorName(state.actor)) : []),
      ...rivals(page, area, state),
      ...(state.status === null ? [] : row(t("assessed.sure"), t("assessed.belief", { share: percent(state.share), unknown: percent(state.unknown) }))),
      ...(state.status === null ? row(t("word.unknown"), percent(state.unknown)) : []),
      ...row(t("details.since"), state.since === null ? null : formatDay(state.since)),
      ...row(t("details.confirmed"), confirmed === null ? null : confirmed === day ? t("assessed.confirmedToday") : t("assessed.confirmed", { age: plural("count.days", day - confirmed), date: formatDay(confirmed) })),
      ...(between
        ? row(
            t(change ? "assessed.changing" : "assessed.changed"),
            t("assessed.between", {
              after: formatDay(between.after),
              by: formatDay(between.by),
              before: between.before ? page.actorName(between.before) : t("word.unknown"),
              then: between.then ? page.actorName(between.then) : t("word.unknown"),
            }),
          )
        : []),
      ...row(t("details.blockade"), blockadeWords(page, state)),
      ...row(t("assessed.land"), t("unit.km2", { value: formatNumber(Math.round(area.area_km2)) })),
    ),
    el("p", { class: "quiet" }, t("assessed.rule")),
  ];
}

function rivals(page: Page, area: AreaHistory, state: AreaState): HTMLElement[] {
  if (state.status !== "contested" && !state.disputed) return [];
  const [first, second] = partiesOf(area, state);
  const other = second === state.rival ? "assessed.rival" : "assessed.before";
  return [
    ...(state.status === "contested" && first ? row(t("assessed.leading"), page.actorName(first)) : []),
    ...(second ? row(t(other), page.actorName(second)) : []),
    ...(state.disputed ? row(t("assessed.reports"), t("assessed.disputed")) : []),
  ];
}

function blockadeWords(page: Page, { blockade, blockadeBy }: AreaState): string | null {
  if (blockade === null) return null;
  const words = blockade === "unknown" ? t("assessed.blockadeOld") : t(`blockade.${blockade}`);
  return blockadeBy ? t("details.blockadeBy", { blockade: words, actor: page.actorName(blockadeBy) }) : words;
}

// Regions

/** States have ids of two letters, first-level regions longer ones. */
export function regionStanding(page: Page, id: string): HTMLElement {
  const { knownAt } = page.store.get();
  return once("region", [id, page.data.areas, knownAt, page.palette(), document.documentElement.lang], () => {
    const body = el("div", {}, el("p", { class: "quiet" }, t("load.loading")));
    const node = el("div", { class: "standing" }, body);
    let update: () => void = () => undefined;
    void loadShares(id, knownAt).then(
      (answer) => {
        const series = shareSeries(answer, id);
        if (series && series.points.some(({ statements }) => statements > 0)) update = regionShares(page, id, series, body);
        else body.replaceChildren(el("h3", {}, t("shares.heading")), el("p", {}, t("shares.none")));
        update();
      },
      () => body.replaceChildren(el("p", {}, t("load.unreachable"))),
    );
    return { node, update: () => update() };
  });
}

function whoName(page: Page, who: string): string {
  if (who === "unknown") return t("shares.unknown");
  return ["contested", "none_reported", "abandoned"].includes(who) ? label("standing", who) : page.actorName(who);
}

function labelName(page: Page, text: string): string {
  if (text === "mixed") return t("shares.mixed");
  return text === "insufficient data" ? t("shares.insufficient") : whoName(page, text);
}

/** Fills the body and answers what makes it follow the clock. */
function regionShares(page: Page, id: string, series: ShareSeries, body: HTMLElement): () => void {
  let by: Denominator = "places";
  const head = el("h3", {});
  const named = el("p", {});
  const table = el("div", {});
  const chart = el("div", { class: "chart" });
  const figure = el("figure", {}, el("figcaption", { class: "quiet" }, t("shares.chart")), chart);
  const names = el("div", {});
  let time: Strip | null = null;
  let mark: (day: Day) => void = () => undefined;
  const draw = () => {
    time = strip(t("shares.strip"), nameSegments(page, series, by), page.data.span, page.palette, ({ from }) => show(page, from));
    names.replaceChildren(time.node);
    time.update(page.day);
    void import("./chart").then(({ shareChart }) => {
      chart.replaceChildren();
      mark = shareChart(page, chart, series, by, (who) => whoName(page, who));
      mark(page.day);
    });
  };
  const choices = DENOMINATORS.map((name) => {
    const input = el("input", { type: "radio", name: "denominator", value: name, checked: name === by });
    input.addEventListener("change", () => {
      by = name;
      draw();
    });
    return el("label", { class: "choice" }, input, el("span", {}, t(`shares.by.${name}`)));
  });
  body.replaceChildren(
    head,
    el("p", { class: "quiet" }, t("shares.note")),
    named,
    table,
    el("fieldset", { class: "segmented" }, el("legend", {}, t("shares.of")), el("div", {}, ...choices)),
    figure,
    el("p", { class: "quiet" }, t("shares.stripNote")),
    names,
    el("p", { class: "quiet" }, t("shares.read")),
    el("p", { class: "links" }, el("a", { href: sharesPath(id, page.store.get().knownAt), rel: "noopener" }, t("shares.data"))),
  );
  // Its width is known when it stands in the page.
  new ResizeObserver((_, observer) => {
    if (chart.clientWidth === 0) return;
    observer.disconnect();
    draw();
  }).observe(chart);
  return () => {
    const { day } = page;
    const point = day > series.to ? null : pointAt(series, day);
    head.textContent = t("shares.headingOn", { date: formatDay(day) });
    table.replaceChildren(point ? shareTable(page, series, point) : el("p", {}, t("shares.none")));
    const labels = point?.labels;
    const one = labels && new Set(Object.values(labels)).size === 1;
    named.textContent = one ? t("shares.namedAlike", { label: labelName(page, labels.places) }) : labels ? DENOMINATORS.map((name) => t("shares.named", { by: t(`shares.by.${name}`), label: labelName(page, labels[name]) })).join(" · ") : "";
    time?.update(day);
    mark(day);
  };
}

/** Periods in which the region may be named after the same state, or after none. */
function nameSegments(page: Page, { points, to: last }: ShareSeries, by: Denominator): Segment[] {
  const { span } = page.data;
  const periods: { from: Day; to: Day; label: string }[] = [];
  for (const [i, { day, labels }] of points.entries()) {
    const to = (points[i + 1]?.day ?? last + 1) - 1;
    const label = labels?.[by] ?? "insufficient data";
    const before = periods[periods.length - 1];
    if (before?.label === label) before.to = to;
    else periods.push({ from: day, to, label });
  }
  return periods
    .map(({ from, to, label }) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to), label }))
    .filter(({ from, to }) => from <= to)
    .map(({ from, to, label }) => ({
      from,
      to,
      words: t("assessed.period", { from: formatDay(from), to: formatDay(to), state: labelName(page, label) }),
      paint(context, left, top, width, height) {
        const palette = page.palette();
        if (label === "mixed") {
          context.fillStyle = palette.muted;
          context.globalAlpha = 0.5;
        } else {
          const { fill, alpha } = areaPaint(context, palette, lookOfShare(label === "insufficient data" ? "unknown" : label, (code) => page.sideOf(code)));
          context.fillStyle = fill;
          context.globalAlpha = Math.min(1, alpha + 0.2);
        }
        context.fillRect(left, top, width, height);
        context.globalAlpha = 1;
      },
    }));
}

const numbers = (from: number, to: number) => ({ from: formatNumber(Math.round(from * 100)), to: formatNumber(Math.round(to * 100)) });

/** From the lower to the higher number in every script: in Arabic they would change places. */
function range(text: string): HTMLElement {
  return el("span", { class: "interval" }, el("bdi", { dir: "ltr" }, text));
}

function shareTable(page: Page, { totals }: ShareSeries, { shares }: SharePoint): HTMLElement {
  const cell = (measure: Measure) =>
    el(
      "td",
      {},
      el("strong", {}, percent(measure.value)),
      range(t("shares.interval", numbers(measure.lo, measure.hi))),
      measure.definite !== null && measure.possible !== null && range(t("shares.bracket", numbers(measure.definite, measure.possible))),
    );
  const sizes: Record<Denominator, string> | null = totals && {
    places: plural("count.places", totals.places),
    population: plural("count.people", Math.round(totals.population)),
    area: t("unit.km2", { value: formatNumber(Math.round(totals.area)) }),
  };
  const present = shares.filter(({ who, of }) => who === "unknown" || DENOMINATORS.some((name) => of[name].hi >= 0.005 || of[name].value >= 0.005));
  return el(
    "table",
    { class: "figures shares" },
    el("caption", { class: "unseen" }, t("shares.table")),
    el(
      "thead",
      {},
      el("tr", {}, el("th", { scope: "col" }, t("compare.actor")), ...DENOMINATORS.map((name) => el("th", { scope: "col" }, t(`shares.by.${name}`), sizes && el("span", { class: "interval" }, sizes[name])))),
    ),
    el(
      "tbody",
      {},
      ...present.map(({ who, of }) =>
        el("tr", {}, el("th", { scope: "row" }, whoSwatch(page, who), whoName(page, who)), ...DENOMINATORS.map((name) => cell(of[name]))),
      ),
    ),
  );
}

function whoSwatch(page: Page, who: string): HTMLElement {
  return swatch(12, 12, (context) => {
    const { fill, alpha } = areaPaint(context, page.palette(), lookOfShare(who, (code) => page.sideOf(code)));
    context.fillStyle = fill;
    context.globalAlpha = Math.min(1, alpha + 0.3);
    context.fillRect(-6, -6, 12, 12);
  });
}
