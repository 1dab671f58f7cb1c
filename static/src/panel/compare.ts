// Two dates side by side: which to compare with, how to show it, and what differs in words and figures.

import { clampWindow, isoDay, parseDay } from "../calendar";
import type { Span } from "../calendar";
import { el } from "../dom";
import { capitalise, countryName, formatDay, formatNumber, formatSpan, label } from "../format";
import { plural, t } from "../i18n/index";
import { differenceOf } from "../layers/changes";
import type { Page } from "../page";
import { COMPARISONS } from "../state";
import type { ControlChange } from "../types";
import { chooser } from "./parts";

/** The window of the same length that ends a year before; at the start of the period as near to it as can be. */
function yearBefore(page: Page): Span {
  const { from, to } = page.store.get();
  return clampWindow({ from: from - 365, to: to - 365 }, page.data.span);
}

function words(page: Page, state: ControlChange | null): string {
  if (!state) return t("word.unknown");
  const actor = state.actor ? page.actorName(state.actor) : t("word.unknown");
  const blockade = state.blockade === "full" || state.blockade === "partial" ? `; ${t(`blockade.${state.blockade}`)}` : "";
  return `${t("details.statusBy", { status: label("status", state.status), actor })}${blockade}`;
}

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
    const { from, to, mode } = store.get();
    // The other window has the length of this one; a cumulative one has its start.
    const window = mode === "cumulative" ? { from: Math.min(from, day), to: day } : mode === "remaining" ? { from: day, to } : { from: day - (to - from), to: day };
    store.set({ other: clampWindow(window, span) });
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
  const people = (count: number) => (count > 0 ? ` (${plural("count.people", count)})` : "");
  const table = el(
    "table",
    { class: "figures" },
    el("caption", { class: "unseen" }, t("compare.table")),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("compare.side")), el("th", { scope: "col" }, t("compare.gained")), el("th", { scope: "col" }, t("compare.lost")))),
    el(
      "tbody",
      {},
      ...difference.sides.map(({ side, gained, lost, gainedPeople, lostPeople }) =>
        el("tr", {}, el("th", { scope: "row" }, t(`side.${side}`)), el("td", {}, `${formatNumber(gained)}${people(gainedPeople)}`), el("td", {}, `${formatNumber(lost)}${people(lostPeople)}`)),
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
    ...(difference.sides.length > 0 ? [table] : [el("p", {}, t("compare.none"))]),
    el("p", {}, `${t("compare.contested", { places: plural("count.places", difference.contested) })}${people(difference.contestedPeople)}`),
    el("p", { class: "quiet" }, t("compare.unknown", { places: plural("count.places", difference.unknown) })),
    el(
      "ul",
      { class: "records" },
      ...difference.changes.map(({ place, before: was, after: is, kind }) =>
        el(
          "li",
          {},
          chooser(
            [
              el(
                "span",
                { class: "record-text" },
                el("span", { class: "record-when" }, t(`compare.kind.${kind}`)),
                el("span", { class: "record-title" }, `${place.place}, ${countryName(place.country)}`),
                el("span", { class: "record-meta" }, t("compare.change", { before: words(page, was), after: words(page, is) })),
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
    el("p", { class: "quiet" }, t("compare.note")),
  ];
}
