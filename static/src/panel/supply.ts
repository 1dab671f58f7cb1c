// The panel on supply: a town, how much of its supply capacity is open on the clock's day, since when, and on whose report. The series of a
// town is fetched once and looked up while the clock moves; gateways and sources come when it rests, and a newer wish drops the one before.

import { ApiError, loadSupply, loadSupplySeries, loadTargets, supplyPath } from "../api";
import type { Day } from "../calendar";
import { stateAt } from "../data/history";
import { folded } from "../data/roads";
import { isUnreported, readingAt, readingOf, seriesOf, townGroups, townNamed } from "../data/supply";
import type { Reading, SupplyDocument, SupplySeries, TargetsAnswer } from "../data/supply";
import { el } from "../dom";
import { formatDay } from "../format";
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import type { CapacityChart } from "./capacity";
import { makeDial } from "./dial";
import type { DialShow } from "./dial";
import { formatCount, formatRange, formatShare, formatSince } from "./figures";
import { gatewayList, readWith } from "./gateways";
import { DATA_LANGUAGE, row } from "./parts";

/** The clock rests when it has not moved for so long. */
const REST_MS = 350;
/** Answers on single days that are kept; the oldest go first. */
const MOST_DOCUMENTS = 40;
/** Days before and after the clock's that the near view of the chart shows. */
const NEAR_DAYS = 365;

/** Kept for as long as the page is open: the panel may be closed and opened. */
let towns: Promise<TargetsAnswer> | null = null;
const allSeries = new Map<string, Promise<SupplySeries>>();
const documents = new Map<string, SupplyDocument>();
let near = true;

function once<T>(map: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  let found = map.get(key);
  if (!found) {
    map.set(key, (found = ask()));
    // What failed may be asked for again.
    found.catch(() => map.delete(key));
  }
  return found;
}

function askTowns(): Promise<TargetsAnswer> {
  towns ??= loadTargets();
  towns.catch(() => (towns = null));
  return towns;
}

function failure(error: unknown): string {
  if (!(error instanceof ApiError)) return t("load.broken");
  return error.status === 0 ? t("load.unreachable") : t("load.refused", { title: error.detail ?? error.title });
}

function dialOf(town: string, reading: Reading | null, of: "capacity" | "supply"): DialShow {
  const estimate = reading?.[of] ?? null;
  if (!estimate) {
    const text = t(reading ? "supply.notComputable" : "supply.noFigure");
    return { value: null, lo: 0, hi: 0, text, note: "", spoken: text, unknown: true };
  }
  const { value, lo, hi } = estimate;
  const range = formatRange(estimate);
  if (isUnreported(estimate)) {
    const note = t("supply.unreported", { range });
    return { value, lo, hi, text: t("word.unknown"), note, spoken: `${t("word.unknown")}. ${note}`, unknown: true };
  }
  const share = formatShare(value);
  return { value, lo, hi, text: range, note: t("supply.dialNote", { value: share }), spoken: t("supply.spoken", { range, value: share, town }), unknown: false };
}

/** What is reported of the town itself on the clock's day, which the roads' figures do not say; null where no blockade is. */
function blockadeOf(page: Page, town: string): string | null {
  for (const place of page.data.places) {
    if (folded(place.place) !== folded(town)) continue;
    const state = stateAt(place.states, page.day);
    const { blockade, blockade_by: by, date_precision: precision } = state?.value ?? {};
    if (!state || (blockade !== "full" && blockade !== "partial")) continue;
    const actor = by ? page.actorName(by) : t("word.unknown");
    return `${t("details.blockadeBy", { blockade: t(`blockade.${blockade}`), actor })}, ${t("supply.since", { date: formatSince(state.value.valid_from, precision ?? null) })}`;
  }
  return null;
}

export function renderSupply(page: Page): { nodes: HTMLElement[]; update: () => void } {
  const { store } = page;
  const select = el("select", { id: "supply-target" });
  const field = el("div", { class: "field" }, el("label", { for: "supply-target" }, t("supply.town")), select);
  const lead = el("p", { class: "lead" });
  // Two measures of one thing, side by side: neither is the figure alone.
  const dials = [
    { of: "supply", dial: makeDial(t("supply.dial"), t("supply.dialHow")) },
    { of: "capacity", dial: makeDial(t("supply.rerouted"), t("supply.reroutedHow")) },
  ] as const;
  const dialBox = el("div", { class: "dials" }, ...dials.map(({ dial }) => dial.node));
  const facts = el("dl", { class: "facts" });
  const notes = el("div", {});
  const chartBox = el("div", { class: "chart", role: "img" });
  const tableBox = el("details", { class: "lost" }, el("summary", {}, t("supply.chartText")));
  const choices = ([true, false] as const).map((close) => {
    const input = el("input", { type: "radio", name: "supply-span", value: close ? "near" : "all", checked: close === near });
    input.addEventListener("change", () => {
      near = close;
      zoom();
    });
    return el("label", { class: "choice" }, input, el("span", {}, t(close ? "supply.near" : "supply.allYears")));
  });
  const figure = el(
    "figure",
    { class: "supply-chart" },
    el("figcaption", { class: "quiet" }, t("supply.chart")),
    el("fieldset", { class: "segmented" }, el("legend", { class: "unseen" }, t("supply.span")), el("div", {}, ...choices)),
    chartBox,
    tableBox,
  );
  const full = el("section", { class: "supply-full" });
  const problem = el("p", { role: "status" });
  const body = el("div", {}, lead, dialBox, facts, notes, figure, full);
  body.hidden = true;

  let answer: TargetsAnswer | null = null;
  /** What the series and the chart are of. */
  let shownKey = "";
  let series: SupplySeries | null = null;
  let chart: CapacityChart | null = null;
  let asked: AbortController | null = null;
  let askedKey = "";
  let rest = 0;
  let fullOf: SupplyDocument | null = null;

  const town = (): string | null => {
    if (!answer) return null;
    const { target } = store.get();
    const groups = townGroups(answer);
    return target === null ? (groups.capitals[0] ?? groups.targets[0] ?? groups.towns[0] ?? null) : townNamed(answer, target);
  };
  const known = () => store.get().knownAt;
  const keyOf = (name: string, day: Day) => `${name}/${day}/${known() ?? ""}`;

  select.addEventListener("change", () => store.set({ target: select.value }));
  const fillTable = () => {
    if (!tableBox.open || !series) return;
    const of = series;
    void import("./capacity").then(({ capacityTable }) => of === series && !tableBox.querySelector("table") && tableBox.append(capacityTable(of)));
  };
  tableBox.addEventListener("toggle", fillTable);

  const zoom = () => {
    const { span } = page.data;
    const { day } = page;
    chart?.zoom(near ? { from: Math.max(span.from, day - NEAR_DAYS), to: Math.min(span.to, day + NEAR_DAYS) } : span);
  };

  const fillTowns = (of: TargetsAnswer) => {
    const { capitals, targets, towns: others } = townGroups(of);
    const group = (key: string, names: string[]) =>
      names.length > 0 ? [el("optgroup", { label: t(key) }, ...names.map((name) => el("option", { value: name }, name)))] : [];
    select.replaceChildren(...group("supply.capitals", capitals), ...group("supply.targets", targets), ...group("supply.towns", others));
  };

  const showReading = (name: string, reading: Reading | null) => {
    const { day } = page;
    lead.textContent = t("supply.lead", { town: name, date: formatDay(reading?.day ?? day) });
    const supply = reading?.supply ?? null;
    for (const { of, dial } of dials) dial.show(dialOf(name, reading, of));
    const { isolation, redundancy } = reading ?? {};
    const days = isolation ? Math.round(isolation.value) : 0;
    const isolated = !isolation
      ? t("supply.notComputable")
      : isUnreported(isolation)
        ? t("word.unknown")
        : days === 0
          ? t("supply.notIsolated")
          : t("supply.isolatedSince", {
              days: plural("count.days", days),
              interval: isolation.lo === isolation.hi ? "" : ` ${t("supply.between", { low: Math.round(isolation.lo), high: Math.round(isolation.hi) })}`,
              date: formatSince(isolation.since, isolation.since_precision),
            });
    const number = (of: typeof redundancy, write: (given: NonNullable<typeof redundancy>) => string) => (of ? (isUnreported(of) ? t("word.unknown") : write(of)) : t("supply.notComputable"));
    facts.replaceChildren(
      ...row(t("details.blockade"), blockadeOf(page, name)),
      ...row(t("supply.isolation"), isolated),
      ...row(t("supply.redundancy"), number(redundancy, formatCount)),
    );
    const doubts = isolation && !isUnreported(isolation) ? isolation.caveats : [];
    notes.replaceChildren(
      el("p", { class: "quiet" }, t("supply.both")),
      ...doubts.map((doubt) => el("p", { class: "quiet", lang: DATA_LANGUAGE }, doubt)),
      ...(known() === null ? [] : [el("p", { class: "quiet" }, t("supply.knownAt"))]),
    );
    const chartDay = reading?.day ?? day;
    const spoken = supply ? (isUnreported(supply) ? t("word.unknown") : `${formatRange(supply)}, ${formatShare(supply.value)}`) : t("supply.notComputable");
    chartBox.setAttribute("aria-label", t("supply.chartSpoken", { town: name, date: formatDay(chartDay), figures: spoken }));
    if (near && chart && !chart.shows(day)) zoom();
    chart?.mark(day);
  };

  const showFull = (of: SupplyDocument) => {
    if (of !== fullOf) {
      fullOf = of;
      const reason = of.reason ? [el("p", { lang: DATA_LANGUAGE }, of.reason)] : [];
      full.replaceChildren(
        el("p", { class: "quiet as-of" }, t("supply.fullAsOf", { date: formatDay(readingOf(of).day) })),
        ...reason,
        ...gatewayList(page, of),
        ...readWith(of),
        el("p", { class: "links" }, el("a", { href: supplyPath(of.target, readingOf(of).day, known()), rel: "noopener" }, t("supply.data"))),
      );
    }
    full.removeAttribute("data-stale");
    full.removeAttribute("aria-busy");
  };

  const askFull = (name: string, day: Day) => {
    const key = keyOf(name, day);
    if (askedKey === key) return;
    asked?.abort();
    askedKey = key;
    const mine = (asked = new AbortController());
    loadSupply(name, day, known(), mine.signal).then(
      (found) => {
        documents.set(key, found);
        for (const old of [...documents.keys()].slice(0, Math.max(0, documents.size - MOST_DOCUMENTS))) documents.delete(old);
        problem.textContent = "";
        if (askedKey === key) askedKey = "";
        // A later wish has overtaken this answer.
        if (asked === mine && select.isConnected) update();
      },
      (error: unknown) => {
        if (askedKey === key) askedKey = "";
        if (asked !== mine || mine.signal.aborted || !select.isConnected) return;
        full.removeAttribute("aria-busy");
        problem.textContent = failure(error);
      },
    );
  };

  const takeSeries = (name: string, key: string) => {
    shownKey = key;
    series = null;
    chart?.destroy();
    chart = null;
    chartBox.textContent = t("load.loading");
    tableBox.querySelector("table")?.remove();
    full.replaceChildren();
    fullOf = null;
    const { span } = page.data;
    const ask = () => loadSupplySeries(name, span, known()).then((rows) => seriesOf(rows, span.to));
    once(allSeries, key, ask).then(
      async (found) => {
        const { capacityChart } = await import("./capacity");
        if (shownKey !== key || !select.isConnected) return;
        series = found;
        problem.textContent = "";
        chart?.destroy();
        chartBox.replaceChildren();
        chart = capacityChart(page, chartBox, found, page.data.span);
        // It may have been opened before the series was there.
        fillTable();
        zoom();
        update();
      },
      (error: unknown) => {
        // Not asked again by every step: the figures of the day still come where the clock rests.
        if (shownKey === key) chartBox.textContent = failure(error);
      },
    );
  };

  const update = (): void => {
    if (!answer) return;
    const name = town();
    const { target, playing } = store.get();
    body.hidden = name === null;
    if (name === null) {
      shownKey = "";
      select.value = "";
      problem.textContent = target === null ? t("supply.noCorridors") : t("supply.noTown", { town: target });
      return;
    }
    if (target !== name) store.set({ target: name });
    if (select.value !== name) select.value = name;
    const { day } = page;
    const key = `${name}/${known() ?? ""}`;
    if (key !== shownKey) takeSeries(name, key);
    const exact = documents.get(keyOf(name, day));
    const reading = exact ? readingOf(exact) : series ? readingAt(series, day) : null;
    window.clearTimeout(rest);
    if (reading || series) showReading(name, reading);
    else lead.textContent = t("load.loading");
    dialBox.hidden = facts.hidden = !reading && !series;
    if (exact) {
      asked?.abort();
      askedKey = "";
      showFull(exact);
      return;
    }
    full.toggleAttribute("data-stale", fullOf !== null);
    full.setAttribute("aria-busy", "true");
    if (!playing) {
      rest = window.setTimeout(() => {
        if (!select.isConnected) return;
        askFull(name, page.day);
        if (near) zoom();
      }, REST_MS);
    }
  };

  void askTowns().then(
    (found) => {
      answer = found;
      fillTowns(found);
      update();
    },
    (error: unknown) => (problem.textContent = failure(error)),
  );
  return { nodes: [el("p", { class: "quiet" }, t("supply.intro")), field, problem, body], update };
}

