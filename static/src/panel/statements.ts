// What sources said of a place or an area, the latest first.

import type { Day } from "../calendar";
import { OPEN_END, stateAt } from "../data/history";
import type { Dated, PlaceHistory } from "../data/history";
import { el } from "../dom";
import { formatConfidence, formatDay, label } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import type { ControlChange } from "../types";

/** Each statement with its interval; the one in force on the day is marked. */
export function statementList(page: Page, place: Pick<PlaceHistory, "states">, day: Day): HTMLElement {
  const now = stateAt(place.states, day);
  return el(
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
      if (entry === now) node.setAttribute("aria-current", "true");
      return node;
    }),
  );
}

/** When it is said to have held; an open end is not known to have come. */
export function validity(state: Dated<unknown>): string {
  const from = state.from === -OPEN_END ? t("word.unknown") : formatDay(state.from);
  return state.to === OPEN_END ? t("details.fromOpen", { from }) : t("date.range", { from, to: formatDay(state.to) });
}

function controlWords(page: Page, change: ControlChange): string {
  const actor = change.actor ? page.actorName(change.actor) : t("word.unknown");
  const status = t("details.statusBy", { status: label("status", change.status), actor });
  if (change.blockade !== "full" && change.blockade !== "partial") return status;
  const by = change.blockade_by ? page.actorName(change.blockade_by) : t("word.unknown");
  return `${status}; ${t("details.blockadeBy", { blockade: t(`blockade.${change.blockade}`), actor: by })}`;
}
