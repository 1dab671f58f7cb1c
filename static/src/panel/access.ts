// The supply roads of a town on its card, beside control: how many have which reported status, and the way to the panel that measures them.

import { corridorsTo, statusCounts } from "../data/roads";
import { el } from "../dom";
import { formatDay, formatNumber } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import { row } from "./parts";

/** Empty for a town that no corridor names and that is not under blockade. */
export function townRoads(page: Page, town: string, blockaded: boolean): HTMLElement[] {
  const { day } = page;
  const { roads, named } = corridorsTo(page.data.corridors, town);
  if (!blockaded && !named) return [];
  const heading = el("h3", {}, t("access.title", { date: formatDay(day) }));
  if (roads.length === 0) return [heading, el("p", {}, t("access.none"))];
  const counts = statusCounts(roads, day);
  const button = el("button", { type: "button", class: "plain" }, t("access.open", { town }));
  button.addEventListener("click", () => page.store.set({ panel: "supply", target: town }));
  return [
    heading,
    el("p", { class: "quiet" }, t(named ? "access.named" : "access.through", { count: formatNumber(roads.length) })),
    el(
      "dl",
      { class: "facts counts" },
      // In the order of the map key, not of anything about the roads.
      ...[...CORRIDOR_STATUSES, "unknown" as const].flatMap((status) => row(t(`road.${status}`), counts.has(status) ? formatNumber(counts.get(status)!) : null)),
    ),
    el("p", { class: "links" }, button),
  ];
}
