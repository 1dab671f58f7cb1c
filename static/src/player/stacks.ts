// Stacks of the histogram by actor and by type, and the key that says the incidents of each series; loaded behind the first map. A hue of an actor is that of its side, and actors
// of one side differ in pattern; types have hues of their own, and their symbols beside them in the key.

import { actorSeries } from "../data/stacks";
import { barHue, mix } from "../draw/palette";
import type { Palette } from "../draw/palette";
import { drawIncident, hatch } from "../draw/symbols";
import { byId, el } from "../dom";
import { formatNumber, label } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { swatch } from "../panel/parts";
import { EVENT_TYPES } from "../types";
import type { Fill, Stack } from "./histogram";

/** P. Tol, "Colour schemes" (SRON/EPS/TN/09-002, 2021), scheme "muted": told apart by colour-blind readers. */
const MUTED = ["#CC6677", "#332288", "#DDCC77", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499"];

export function actorStack(page: Page, passes: (row: number) => boolean): Stack {
  const table = page.data.incidents;
  const { codes, actors } = actorSeries(table, passes);
  return {
    codes,
    names: () => [...actors.map((actor) => page.actorName(table.actors[actor]!)), t("stack.others"), t("stack.none")],
    fills(context, palette) {
      const seen = new Map<string, number>();
      const fills = actors.map((actor) => {
        const hue = barHue(palette, page.sideOf(table.actors[actor]!));
        const before = seen.get(hue) ?? 0;
        seen.set(hue, before + 1);
        return patterned(context, palette, hue, before);
      });
      // Hatched both: a side that is not established has a plain grey.
      return [...fills, hatch(context, palette.muted, 3, 1, mix(palette.ink, palette.paper, 0.8)), hatch(context, palette.muted, 6, 1, palette.paper)];
    },
  };
}

export function typeStack(page: Page): Stack {
  return {
    codes: page.data.incidents.type,
    names: () => EVENT_TYPES.map((type) => label("type", type)),
    fills: (context, palette) =>
      EVENT_TYPES.map((type, at) => {
        if (type === "other") return palette.muted;
        const hue = MUTED[at % MUTED.length]!;
        // The deepest hues would sink into the dark page.
        const shown = palette.dark && hue[1]! < "4" ? mix(hue, palette.ink, 0.4) : hue;
        return at < MUTED.length ? shown : hatch(context, shown, 4, 1.6, palette.paper);
      }),
    mark: (context, palette, at) => drawIncident(context, palette, EVENT_TYPES[at]!, "civilian", "high", 5.2),
  };
}

/** The same hue, told apart by hatching and lightness. */
function patterned(context: CanvasRenderingContext2D, palette: Palette, hue: string, at: number): Fill {
  const pale = mix(hue, palette.paper, 0.6);
  switch (at) {
    case 0:
      return hue;
    case 1:
      return hatch(context, hue, 4, 1.5, palette.paper);
    case 2:
      return pale;
    case 3:
      return hatch(context, palette.paper, 6, 1.5, hue);
    default:
      return hatch(context, hue, 3, 1, pale);
  }
}

/** The series that have incidents, with how many. The hues of the sides stand in the map's key: of them the words alone are needed. */
export function writeKey(page: Page, stack: Stack, counts: Float64Array): void {
  const box = byId("stack-key");
  const by = page.store.get().stack;
  const plain = by === "side";
  const palette = page.palette();
  const width = stack.mark ? 34 : 14;
  box.className = plain ? "unseen" : "";
  // What scrolls is reached by keyboard; what is not seen is not.
  box.tabIndex = plain ? -1 : 0;
  box.setAttribute("aria-label", t("stack.key", { by: t(`stack.${by}`) }));
  box.firstElementChild!.replaceChildren(
    ...stack.names().flatMap((name, at) => {
      if (counts[at] === 0) return [];
      const draw = (context: CanvasRenderingContext2D) => {
        context.fillStyle = stack.fills(context, palette)[at]!;
        context.fillRect(-width / 2, -7, 14, 14);
        context.translate(width / 2 - 8, 0);
        stack.mark?.(context, palette, at);
      };
      return [el("li", {}, !plain && swatch(width, 14, draw), t("stack.item", { name, count: formatNumber(counts[at]!) }))];
    }),
  );
}
