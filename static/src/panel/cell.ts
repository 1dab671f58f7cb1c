// The card of one cell of the front: when activity was first and last reported in it, and in which periods.

import { el } from "../dom";
import { formatDay, formatNumber } from "../format";
import { t } from "../i18n/index";
import { askFront, cellLines, firstReported, formatQuarter } from "../layers/front";
import type { Page } from "../page";
import { row } from "./parts";

/** `id` is actor and cell: `JNIM@52:612`. */
export async function cellCard(page: Page, id: string): Promise<HTMLElement[]> {
  const at = id.lastIndexOf("@");
  const front = await askFront(page, id.slice(0, at));
  const cell = front.cells.find((one) => one.id === id.slice(at + 1));
  if (!cell) return [el("p", {}, t("front.noCell"))];
  return [
    el("p", { class: "lead" }, t("front.cell", { km: front.cellKm, actor: page.actorName(front.actor) })),
    ...cellLines(page, front, cell).slice(1).map((line) => el("p", {}, line)),
    el(
      "dl",
      { class: "facts" },
      ...row(t("front.quarter"), t("front.first", { date: firstReported(cell), quarter: formatQuarter(cell.quarter) })),
      ...row(t("front.lastReported"), formatDay(cell.last)),
      ...row(t("front.eventsAll"), formatNumber(cell.events)),
      ...row(t("front.settlements"), formatNumber(cell.settlements)),
    ),
    el("h4", {}, t("front.periods")),
    el("ul", { class: "history" }, ...[...cell.active].reverse().map(({ from, to }) => el("li", {}, t("date.range", { from: formatDay(from), to: formatDay(to) })))),
    el("p", { class: "quiet" }, t("front.intro")),
    el("p", { class: "links" }, el("a", { href: `/collections/front/items/${encodeURIComponent(id)}`, rel: "noopener" }, t("details.record"))),
  ];
}
