// The panel on the front: where activity of an actor was first reported, how far that lies from capitals and the coast by month, whether the cells
// grow, and how fast first reports moved. The series of an actor is fetched once and looked up while the clock moves; what is measured up to the
// date comes when the clock rests. Nothing here looks ahead of the data.

import { ApiError, frontPath, loadFrontDocument } from "../api";
import { endOf, parseDay, startOf } from "../calendar";
import type { Day } from "../calendar";
import { countsOn, monthEnd, monthOn, quartersUpTo, shown, windowOn } from "../data/front";
import type { DistanceMonth, Distances, FrontActor, FrontDocument, Gated } from "../data/front";
import type { Estimate } from "../data/supply";
import { el } from "../dom";
import { formatDay, formatIso, formatNumber, formatSpan } from "../format";
import { has, language, plural, t } from "../i18n/index";
import { askActors, askFront, chosenActor, formatQuarter, frontNow } from "../layers/front";
import type { Page } from "../page";
import type { DistanceChart } from "./distances";
import { readWith } from "./gateways";
import { DATA_LANGUAGE } from "./parts";
import { speedRose } from "./rose";

/** The clock rests when it has not moved for so long. */
const REST_MS = 400;
/** Answers that are kept; the oldest go first. */
const MOST_DOCUMENTS = 24;
/** Where the coast stands among the capitals. */
const COAST = "coast";
const LABELS = ["expanding", "contracting", "relocating", "stable"] as const;

/** Kept for as long as the page is open: the panel may be closed and opened. */
const documents = new Map<string, FrontDocument>();

function failure(error: unknown): string {
  if (!(error instanceof ApiError)) return t("load.broken");
  return error.status === 0 ? t("load.unreachable") : t("load.refused", { title: error.detail ?? error.title });
}

const rounded = (value: number, digits = 0) => formatNumber(Number(value.toFixed(digits)));
const km = (value: number | null) => (value === null ? "–" : t("front.km", { value: rounded(value) }));

/** `0.31 (0.12–0.48)`. */
function withInterval({ value, lo, hi }: Estimate, digits: number): string {
  return t("supply.countRange", { value: rounded(value, digits), low: rounded(lo, digits), high: rounded(hi, digits) });
}

function gated(value: Gated<Estimate>, digits: number): string {
  if (value === "not_computable") return t("supply.notComputable");
  return value === "insufficient_evidence" ? t("front.insufficient") : withInterval(value, digits);
}

/** What distances are told of: the capitals by name, and the coast. */
function targetsOf(of: FrontDocument): { id: string; name: string; distances: Distances }[] {
  const { capitals, coast } = of.distances;
  const named = capitals.map(({ id, place, ...distances }) => ({ id, name: place, distances }));
  named.sort((a, b) => a.name.localeCompare(b.name, language()));
  return coast === "not_computable" ? named : [...named, { id: COAST, name: t("front.coast"), distances: coast }];
}

export function renderFront(page: Page): { nodes: HTMLElement[]; update: () => void; destroy: () => void } {
  const { store } = page;
  const select = el("select", { id: "front-actor" });
  const field = el("div", { class: "field" }, el("label", { for: "front-actor" }, t("front.actor")), select);
  const onMap = el("input", { type: "checkbox", id: "front-on-map" });
  const toggle = el("label", { class: "check" }, onMap, el("span", {}, t("front.onMap")));
  const lead = el("p", { class: "lead" });
  const leftOut = el("p", { class: "quiet" });
  const quarters = el("details", { class: "lost" }, el("summary", {}, t("front.quarters")));
  const target = el("select", { id: "front-target" });
  const chartBox = el("div", { class: "chart", role: "img" });
  const near = el("div", {});
  const figure = el(
    "figure",
    { class: "supply-chart" },
    el("div", { class: "field" }, el("label", { for: "front-target" }, t("front.distanceTo")), target),
    el("figcaption", { class: "quiet" }, t("front.chart")),
    chartBox,
  );
  const spread = el("div", {});
  const full = el("section", { class: "supply-full" });
  const problem = el("p", { role: "status" });
  const body = el("div", {}, toggle, lead, leftOut, quarters, el("h3", {}, t("front.distances")), figure, near, el("h3", {}, t("front.spread")), spread, full);
  body.hidden = true;

  let list: FrontActor[] = [];
  let shownKey = "";
  let series: FrontDocument | null = null;
  let chart: DistanceChart | null = null;
  let asked: AbortController | null = null;
  let askedKey = "";
  let rest = 0;
  let fullOf: FrontDocument | null = null;
  let nearOf = "";

  const known = () => store.get().knownAt;
  const keyOf = (actor: string, to: Day) => `${actor}/${to}/${known() ?? ""}`;
  /** Measured up to the date shown, never past the data. */
  const until = () => Math.min(page.day, page.data.span.to);

  select.addEventListener("change", () => store.set({ front: select.value }));
  target.addEventListener("change", () => store.set({ frontTarget: target.value }));
  onMap.addEventListener("change", () => {
    const others = store.get().layers.filter((name) => name !== "front");
    store.set({ layers: onMap.checked ? [...others, "front"] : others });
  });
  quarters.addEventListener("toggle", () => showQuarters());

  const showQuarters = () => {
    quarters.querySelector("table")?.remove();
    const front = frontNow(page);
    if (!quarters.open || !front) return;
    quarters.append(
      el(
        "table",
        { class: "figures" },
        el("caption", { class: "unseen" }, t("front.quarters")),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("front.quarter")), el("th", { scope: "col" }, t("front.cells")))),
        el("tbody", {}, ...quartersUpTo(front, page.day).reverse().map(({ quarter, cells }) => el("tr", {}, el("th", { scope: "row" }, formatQuarter(quarter)), el("td", {}, formatNumber(cells))))),
      ),
    );
  };

  const showTarget = (of: FrontDocument) => {
    const all = targetsOf(of);
    const wanted = store.get().frontTarget;
    const nearest = [...all].sort((a, b) => (last(a.distances)?.ever_nearest ?? Infinity) - (last(b.distances)?.ever_nearest ?? Infinity))[0];
    const chosen = all.find(({ id }) => id === wanted) ?? nearest;
    if (!chosen) {
      figure.hidden = true;
      return;
    }
    figure.hidden = false;
    if (target.options.length !== all.length) target.replaceChildren(...all.map(({ id, name }) => el("option", { value: id }, name)));
    target.value = chosen.id;
    if (chart?.of !== chosen.distances) {
      chart?.destroy();
      chart = null;
      chartBox.replaceChildren();
      void import("./distances").then(({ distanceChart }) => {
        if (series !== of || chart || !select.isConnected) return;
        chart = distanceChart(page, chartBox, chosen.distances, page.data.span);
        chart.mark(page.day);
      });
    }
    chart?.mark(page.day);
    const month = monthOn(chosen.distances.months, page.day);
    const words = month && (month.p5 ?? month.nearest) !== null ? t("front.monthWords", { p5: km(month.p5), nearest: km(month.nearest), median: km(month.median) }) : t("front.noMonth");
    chartBox.setAttribute("aria-label", t("front.chartSpoken", { target: chosen.name, date: formatDay(page.day), figures: words }));
  };

  const last = ({ months }: Distances): DistanceMonth | undefined => months.filter(({ month }) => monthEnd(month) <= page.day || month === new Date(page.day * 86_400_000).toISOString().slice(0, 7)).pop();

  /** Every capital and the coast in the month of the clock: the chart in words, and all that it does not show. */
  const showNear = (of: FrontDocument) => {
    const name = new Date(page.day * 86_400_000).toISOString().slice(0, 7);
    const key = `${shownKey}/${name}/${language()}`;
    if (key === nearOf) return;
    nearOf = key;
    near.replaceChildren(
      el(
        "table",
        { class: "figures tight" },
        el("caption", {}, t("front.table", { month: formatSpan({ from: startOf(page.day, "month"), to: endOf(page.day, "month") }) })),
        el("thead", {}, el("tr", {}, ...["target", "nearest", "p5", "median", "ever"].map((column) => el("th", { scope: "col" }, t(`front.column.${column}`))))),
        el(
          "tbody",
          {},
          ...targetsOf(of).map(({ name: place, distances }) => {
            const month = monthOn(distances.months, page.day);
            const before = last(distances);
            return el("tr", {}, el("th", { scope: "row" }, place), ...[month?.nearest ?? null, month?.p5 ?? null, month?.median ?? null, before?.ever_nearest ?? null].map((value) => el("td", {}, value === null ? "–" : rounded(value))));
          }),
        ),
      ),
      el("p", { class: "quiet" }, t("front.tableNote")),
    );
  };

  /** The last window that had ended by the clock's day: what came, what fell silent. */
  const showSpread = (of: FrontDocument) => {
    const window = windowOn(of.windows, page.day);
    spread.replaceChildren(
      ...(window
        ? [
            el("p", {}, t("front.window", { from: formatIso(window.from), to: formatIso(window.to), persist: formatNumber(window.persist), added: formatNumber(window.new), silent: formatNumber(window.silent) })),
            window.expansion === null ? null : el("p", { class: "quiet" }, t("front.windowIndex", { expansion: rounded(window.expansion, 2), turnover: window.turnover === null ? "–" : rounded(window.turnover, 2) })),
          ].filter((node): node is HTMLParagraphElement => node !== null)
        : [el("p", {}, t("front.noWindow"))]),
    );
  };

  const showFull = (of: FrontDocument) => {
    full.removeAttribute("data-stale");
    full.removeAttribute("aria-busy");
    if (of === fullOf) return;
    fullOf = of;
    const { origin, evidence } = of;
    const speed = shown(of.speed);
    const span = { from: formatIso(of.from), to: formatIso(of.to) };
    const sufficient = LABELS.some((label) => label === of.label);
    full.replaceChildren(
      el("p", { class: "quiet as-of" }, t("front.upTo", span)),
      el("p", {}, el("b", {}, t(`front.label.${sufficient ? of.label : "none"}`))),
      el(
        "dl",
        { class: "facts" },
        el("dt", {}, t("front.expansion")),
        el("dd", {}, gated(of.expansion, 2)),
        el("dt", {}, t("front.turnover")),
        el("dd", {}, gated(of.turnover, 2)),
      ),
      el("p", { class: "quiet" }, t("front.expansionNote")),
      el("h3", {}, t("front.speed")),
      el("p", {}, speed ? t("front.speedWords", { low: rounded(speed.lo, 1), high: rounded(speed.hi, 1), ...span }) : `${t("front.insufficient")}. ${t("front.evidence", { events: formatNumber(evidence.events), cells: formatNumber(evidence.affected_cells), bins: formatNumber(evidence.bins_with_median) })}`),
      ...(!speed && of.speed_reasons.length > 0 ? [el("ul", { class: "caveats", lang: DATA_LANGUAGE }, ...of.speed_reasons.map((reason) => el("li", {}, reason)))] : []),
      ...(origin ? [el("p", { class: "quiet" }, t("front.origin", { place: origin.place ?? `${rounded(origin.lat, 2)}, ${rounded(origin.lon, 2)}` }))] : []),
      speedRose(of.sectors, (sector) => (has(`front.sector.${sector}`) ? t(`front.sector.${sector}`) : sector)),
      el("dl", { class: "facts" }, el("dt", {}, t("front.southward")), el("dd", {}, shown(of.southward) ? t("front.kmMonth", { value: gated(of.southward, 1) }) : gated(of.southward, 1))),
      ...readWith(of),
      el("p", { class: "links" }, el("a", { href: frontPath(of.actor, parseDay(of.to) ?? until(), known()), rel: "noopener" }, t("supply.data"))),
    );
  };

  const ask = (actor: string, to: Day, then: (found: FrontDocument) => void) => {
    const key = keyOf(actor, to);
    const held = documents.get(key);
    if (held) {
      then(held);
      return;
    }
    if (askedKey === key) return;
    asked?.abort();
    askedKey = key;
    const mine = (asked = new AbortController());
    loadFrontDocument(actor, to, known(), mine.signal).then(
      (found) => {
        documents.set(key, found);
        for (const old of [...documents.keys()].slice(0, Math.max(0, documents.size - MOST_DOCUMENTS))) documents.delete(old);
        if (askedKey === key) askedKey = "";
        problem.textContent = "";
        // A later wish has overtaken this answer.
        if (asked === mine && select.isConnected) then(found);
      },
      (error: unknown) => {
        if (askedKey === key) askedKey = "";
        if (asked !== mine || mine.signal.aborted || !select.isConnected) return;
        full.removeAttribute("aria-busy");
        problem.textContent = failure(error);
      },
    );
  };

  const update = (): void => {
    const { front: actor, playing } = store.get();
    onMap.checked = page.isOn("front");
    if (actor === null || list.length === 0) return;
    const isKnown = list.some((one) => one.actor === actor);
    body.hidden = !isKnown;
    problem.textContent = isKnown ? "" : t("front.noActor", { actor });
    if (!isKnown) return;
    if (select.value !== actor) select.value = actor;
    const key = `${actor}/${known() ?? ""}`;
    if (key !== shownKey) {
      shownKey = key;
      series = null;
      fullOf = null;
      chart?.destroy();
      chart = null;
      target.replaceChildren();
      full.replaceChildren();
      near.replaceChildren();
      nearOf = "";
      chartBox.textContent = t("load.loading");
      // The cells, for the words; and the measures over all years, of which every month is looked up.
      askFront(page, actor).then(() => select.isConnected && update(), (error: unknown) => (problem.textContent = failure(error)));
    }
    const front = frontNow(page);
    if (front) {
      const { reached, active } = countsOn(front, page.day);
      lead.textContent = t("front.lead", { actor: page.actorName(actor), date: formatDay(page.day), reached: plural("front.cellCount", reached), active: formatNumber(active), days: front.activeDays, km: front.cellKm });
      leftOut.textContent = [front.leftOut > 0 ? t("front.leftOut", { count: formatNumber(front.leftOut) }) : "", front.withheld > 0 ? t("list.withheld", { count: formatNumber(front.withheld) }) : ""].filter(Boolean).join(" ");
      showQuarters();
    } else lead.textContent = t("load.loading");
    if (series === null) {
      ask(actor, page.data.span.to, (found) => {
        if (`${found.actor}/${known() ?? ""}` !== shownKey) return;
        series = found;
        update();
      });
      return;
    }
    showTarget(series);
    showNear(series);
    showSpread(series);
    window.clearTimeout(rest);
    if (front?.cells[0] && front.cells[0].first > page.day) {
      // Before the first report there is nothing to measure.
      fullOf = null;
      full.removeAttribute("aria-busy");
      full.replaceChildren(el("p", {}, t("front.aheadNow")));
      return;
    }
    const to = until();
    const exact = documents.get(keyOf(actor, to));
    if (exact) {
      showFull(exact);
      return;
    }
    full.toggleAttribute("data-stale", fullOf !== null);
    full.setAttribute("aria-busy", "true");
    if (!playing) rest = window.setTimeout(() => select.isConnected && ask(actor, until(), showFull), REST_MS);
  };

  Promise.all([askActors(), chosenActor(page)]).then(
    ([all, actor]) => {
      list = all;
      select.replaceChildren(...all.map((one) => el("option", { value: one.actor }, `${(language() === "fr" && one.name_fr) || one.name_en} (${plural("count.incidents", one.events)})`)));
      if (all.length === 0) problem.textContent = t("front.noActors");
      else if (actor !== null && store.get().front === null) store.set({ front: actor });
      update();
    },
    (error: unknown) => (problem.textContent = failure(error)),
  );
  return {
    nodes: [el("p", { class: "quiet" }, t("front.intro")), field, problem, body],
    update,
    destroy: () => chart?.destroy(),
  };
}
