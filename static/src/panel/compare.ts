// Two dates side by side: which to compare with, how to show it, and what differs in words and figures.

import { clampWindow, isoDay, parseDay, windowAt } from "../calendar";
import type { Span } from "../calendar";
import { el } from "../dom";
import { capitalise, countryName, formatDay, formatNumber, formatSpan } from "../format";
import { plural, t } from "../i18n/index";
import { differenceOf } from "../layers/changes";
import type { Page } from "../page";
import { COMPARISONS } from "../state";
import type { Extent } from "../data/compare";
import { chooser, selectionOf, stateWords } from "./parts";

/** The window of the same length that ends a year before; at the start of the period as near to it as can be. */
function yearBefore(page: Page): Span {
  const { from, to } = page.store.get();
  return clampWindow({ from: from - 365, to: to - 365 }, page.data.span);
}

/** `3 places, 120,000 people, 8,400 km²`, a line each. */
function extent({ places, people, km2 }: Extent): HTMLElement {
  if (places === 0) return el("span", { class: "none" }, "–");
  return el("span", { class: "extent" }, el("span", {}, plural("count.places", places)), el("span", {}, peopleWords(people)), el("span", {}, area(km2)));
}

const peopleWords = (people: number | null) => (people === null ? t("compare.noPeople") : plural("count.people", people));
const area = (km2: number) => t("unit.km2", { value: formatNumber(Math.round(km2)) });
const inLine = ({ places, people, km2 }: Extent) => t("compare.extent", { places: plural("count.places", places), people: peopleWords(people), area: area(km2) });

export function renderCompare(page: Page): { nodes: HTMLElement[]; update: () => void } {
  const { store } = page;
  const { span } = page.data;
  const toggle = el("button", { type: "button", class: "plain" });
  const date = el("input", { type: "date", id: "compare-date", min: isoDay(span.from), max: isoDay(span.to) });
  const swap = el("button", { type: "button", class: "plain" }, t("compare.swap"));
  const result = el("div", { class: "result" });
  toggle.addEventListener("click", () => store.set({ other: store.get().other ? null : yearBefore(page), playing: false }));
  date.addEventListener("change", () => {
    const day = parseDay(date.value);
    if (day === null) return;
    store.set({ other: clampWindow(windowAt(store.get(), store.get().mode, day), span) });
  });
  swap.addEventListener("click", () => {
    const { other, from, to } = store.get();
    if (other) store.set({ from: other.from, to: other.to, other: { from, to } });
  });
  const choices = COMPARISONS.map((name) => {
    const input = el("input", { type: "radio", name: "comparison", value: name });
    input.addEventListener("change", () => store.set({ comparison: name }));
    return { name, input, node: el("label", { class: "choice" }, input, el("span", {}, t(`compare.${name}`))) };
  });
  const form = el(
    "div",
    {},
    el("div", { class: "field" }, el("label", { for: "compare-date" }, t("compare.date")), date),
    el("fieldset", { class: "segmented" }, el("legend", {}, t("compare.how")), el("div", {}, ...choices.map(({ node }) => node))),
    el("p", { class: "links" }, swap),
  );
  const update = () => {
    const { other, comparison, mode } = store.get();
    toggle.textContent = t(other ? "compare.stop" : "compare.start");
    form.hidden = other === null;
    if (other && document.activeElement !== date) date.value = isoDay(mode === "remaining" ? other.from : other.to);
    for (const { name, input } of choices) input.checked = name === comparison;
    result.replaceChildren(...(other ? renderDifference(page, other) : []));
  };
  update();
  return { nodes: [el("p", { class: "quiet" }, t("compare.intro")), el("p", { class: "links" }, toggle), form, result], update };
}

function renderDifference(page: Page, other: Span): HTMLElement[] {
  const { scene, otherScene } = page;
  const difference = differenceOf(page);
  if (!otherScene || !difference) return [];
  const [before, after] = otherScene.day <= scene.day ? [otherScene, scene] : [scene, otherScene];
  const table = el(
    "table",
    { class: "figures" },
    el("caption", { class: "unseen" }, t("compare.table")),
    el("thead", {}, el("tr", {}, ...["actor", "gained", "lost", "newlyContested"].map((column) => el("th", { scope: "col" }, t(`compare.${column}`))))),
    el(
      "tbody",
      {},
      ...difference.balances.map(({ actor, gained, lost, contested }) =>
        el("tr", {}, el("th", { scope: "row" }, page.actorName(actor)), ...[gained, lost, contested].map((each) => el("td", {}, extent(each)))),
      ),
    ),
  );
  return [
    el("p", { class: "lead" }, t("compare.between", { before: formatDay(before.day), after: formatDay(after.day) })),
    el(
      "dl",
      { class: "facts" },
      el("dt", {}, capitalise(formatSpan(other))),
      el("dd", {}, plural("count.incidents", otherScene.selection.incidents)),
      el("dt", {}, capitalise(formatSpan(scene.window))),
      el("dd", {}, plural("count.incidents", scene.selection.incidents)),
    ),
    el("h3", {}, t("compare.places")),
    el("p", { class: "quiet" }, t("compare.assessed")),
    ...(difference.balances.length > 0 ? [table] : [el("p", {}, t("compare.none"))]),
    el("p", {}, t("compare.contested", { extent: inLine(difference.contested) })),
    el("p", { class: "quiet" }, t("compare.unknown", { extent: inLine(difference.unknown) })),
    el(
      "ul",
      { class: "records" },
      ...difference.changes.map(({ area, before: was, after: is, kind }) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-when" }, t(`compare.kind.${kind}`)),
                el("span", { class: "record-title" }, `${area.place}, ${countryName(area.country)}`),
                el("span", { class: "record-meta" }, t("compare.change", { before: stateWords(page, was), after: stateWords(page, is) })),
              ),
            ],
            () => {
              page.store.set({ selected: selectionOf(area) });
              if (area.lon !== null && area.lat !== null) page.bus.emit("locate", { lon: area.lon, lat: area.lat });
            },
          ),
        ),
      ),
    ),
    el("p", { class: "quiet" }, t("compare.note")),
  ];
}
