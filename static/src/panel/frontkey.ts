// The key of the front: whose, the ramp of quarters, and what tells cells with a late report from those that fell silent.

import { drawCell, shadeOf } from "../draw/front";
import { el } from "../dom";
import { t } from "../i18n/index";
import { formatQuarter, frontNow } from "../layers/front";
import type { Page } from "../page";
import { swatch } from "./parts";

/** Shades shown of the ramp. */
const STEPS = 9;

export function frontKey(page: Page): Node[] {
  const front = frontNow(page);
  if (!front) return [el("p", { class: "quiet" }, t("load.loading"))];
  const palette = page.palette();
  const [first, last] = front.quarters;
  const ramp = swatch(STEPS * 20, 16, (context) => {
    for (let i = 0; i < STEPS; i++) drawCell(context, palette, shadeOf(first + ((last - first) * i) / (STEPS - 1), front.quarters), true, (i - STEPS / 2) * 20, -8, 20, 16);
  });
  const box = (active: boolean) => swatch(26, 20, (context) => drawCell(context, palette, shadeOf((first + last) / 2, front.quarters), active, -11, -8, 22, 16));
  const row = (picture: Node, text: string) => el("li", {}, picture, el("span", {}, text));
  const open = el("button", { type: "button", class: "plain" }, t("front.title"));
  open.addEventListener("click", () => page.store.set({ panel: "front" }));
  return [
    el("p", { class: "quiet" }, t("front.keyNote", { km: front.cellKm, actor: page.actorName(front.actor) })),
    el("div", { class: "ramp" }, ramp, el("div", { class: "ramp-ends" }, el("span", {}, formatQuarter(first)), el("span", {}, formatQuarter(last)))),
    el("ul", { class: "keys" }, row(box(true), t("front.keyActive", { days: front.activeDays })), row(box(false), t("front.keySilent"))),
    el("p", { class: "links" }, open),
  ];
}
