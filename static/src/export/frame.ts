// One frame of an export: the map as the player shows it, with date, key, sources and disclaimer burnt in below.

import { byId } from "../dom";
import { drawLand } from "../draw/areas";
import type { AreaLook } from "../draw/areas";
import { drawPlace } from "../draw/places";
import type { PlaceSymbol } from "../draw/places";
import { drawIncident } from "../draw/symbols";
import { drawCell, shadeOf } from "../draw/front";
import { formatQuarter, frontNow } from "../layers/front";
import { strokeRoad } from "../draw/roads";
import { capitalise, formatDay, formatDeathsNote, formatSpan } from "../format";
import { language, plural, t } from "../i18n/index";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { CORRIDOR_STATUSES, SIDES } from "../types";
import type { Side } from "../types";

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif';
const SERIF = 'Georgia, "Noto Serif", "Noto Sans Arabic", serif';
const LINE = 17;
const MARGIN = 14;

export interface FrameSize {
  /** Of the map alone, in CSS pixels. */
  width: number;
  height: number;
  /** Of the whole frame. */
  total: number;
  /** Pixels a CSS pixel. */
  ratio: number;
}

/** Even numbers of pixels: video codecs take no others. */
const even = (value: number) => 2 * Math.floor(value / 2);

function wrap(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (context.measureText(longer).width > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

/** Sides that any record has: the key names no others. */
function sidesShown(page: Page): Side[] {
  const present = new Set<Side>();
  for (const side of page.data.incidents.side.subarray(0, page.data.incidents.dated)) present.add(SIDES[side]!);
  if (page.isOn("areas")) for (const { states } of page.data.areas) for (const { actor } of states) if (actor !== null) present.add(page.sideOf(actor));
  return SIDES.filter((side) => present.has(side));
}

function credits(): string {
  return `${t("map.disclaimer")} ${t("legend.selectionNote")} ${t("map.sources")} ${byId("credits").textContent ?? ""}`;
}

export class FrameMaker {
  readonly canvas = document.createElement("canvas");
  readonly size: FrameSize;
  private readonly context: CanvasRenderingContext2D;
  private readonly lines: string[];

  /** `ratio` pixels a CSS pixel; the frame has the map's size and a band below it. */
  constructor(
    private readonly page: Page,
    private readonly map: MapHandle,
    ratio: number,
  ) {
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("no canvas");
    this.context = context;
    const { clientWidth: width, clientHeight: height } = map.container;
    context.font = `11px ${SANS}`;
    this.lines = wrap(context, credits(), width - 2 * MARGIN);
    const key = this.key(width, 0, false);
    const total = height + 62 + key + this.lines.length * 14 + 12;
    this.size = { width, height, total, ratio };
    this.canvas.width = even(width * ratio);
    this.canvas.height = even(total * ratio);
  }

  /** The frame of what the player shows now. */
  draw(): void {
    const { context, page, map } = this;
    const { width, height, total, ratio } = this.size;
    const palette = page.palette();
    const rtl = language() === "ar";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingEnabled = true;
    context.fillStyle = palette.paper;
    context.fillRect(0, 0, width, total);
    map.copyTo(context);
    context.fillStyle = palette.paper;
    context.fillRect(0, height, width, total - height);
    context.direction = rtl ? "rtl" : "ltr";
    context.textAlign = "start";
    context.textBaseline = "alphabetic";
    const x = rtl ? width - MARGIN : MARGIN;
    context.fillStyle = palette.ink;
    context.font = `600 22px ${SERIF}`;
    context.fillText(capitalise(formatSpan(page.scene.window)), x, height + 27);
    const { incidents, deaths } = page.selection;
    context.font = `500 12.5px ${SANS}`;
    context.fillStyle = palette.muted;
    const words = [plural("count.incidents", incidents), formatDeathsNote(incidents, deaths), t("player.asOf", { date: formatDay(page.day) })];
    context.fillText(words.filter(Boolean).join(" · "), x, height + 47, width - 2 * MARGIN);
    const key = this.key(width, height + 62, true);
    context.font = `11px ${SANS}`;
    context.fillStyle = palette.muted;
    this.lines.forEach((line, i) => context.fillText(line, x, height + 62 + key + 10 + i * 14, width - 2 * MARGIN));
    context.direction = "ltr";
  }

  /** Hues of the sides and looks of the roads in rows; answers the height they take. */
  private key(width: number, top: number, draws: boolean): number {
    const { context, page } = this;
    const palette = page.palette();
    const rtl = language() === "ar";
    context.font = `12px ${SANS}`;
    let [x, y] = [MARGIN, 8];
    const place = (label: string, picture: number, draw: () => void) => {
      const wide = picture + 6 + context.measureText(label).width + 16;
      if (x + wide > width - MARGIN && x > MARGIN) [x, y] = [MARGIN, y + LINE];
      if (draws) {
        const left = rtl ? width - x - picture : x;
        context.save();
        context.translate(left + picture / 2, top + y);
        draw();
        context.restore();
        context.fillStyle = palette.ink;
        context.textBaseline = "middle";
        context.fillText(label, rtl ? width - x - picture - 6 : x + picture + 6, top + y + 0.5);
        context.textBaseline = "alphabetic";
      }
      x += wide;
    };
    if (page.isOn("incidents") || page.isOn("control") || page.isOn("areas")) {
      for (const side of sidesShown(page)) place(t(`side.${side}`), 14, () => drawIncident(context, palette, "battle", side, "high", 5));
    }
    if (page.isOn("areas")) {
      const land: AreaLook = { status: "control", side: "state", rival: null, level: 2 };
      const patch = (key: string, look: AreaLook, changed = false) => place(t(key), 20, () => drawLand(context, palette, look, 18, 11, changed));
      patch("export.land", land);
      patch("export.landContested", { ...land, status: "contested", side: "jnim", rival: "state" });
      patch("export.landUnknown", { ...land, status: null, level: 0 });
      patch("legend.areaChanged", { ...land, level: 0 }, true);
    }
    const front = page.isOn("front") ? frontNow(page) : null;
    if (front) {
      const [first, last] = front.quarters;
      const text = t("front.keyFrame", { actor: page.actorName(front.actor), from: formatQuarter(first), to: formatQuarter(last) });
      place(text, 60, () => [0, 1, 2, 3, 4].forEach((i) => drawCell(context, palette, shadeOf(first + ((last - first) * i) / 4, front.quarters), true, -30 + 12 * i, -6, 12, 12)));
      place(t("front.keySilent"), 14, () => drawCell(context, palette, shadeOf(first, front.quarters), false, -6, -6, 12, 12));
    }
    if (page.isOn("control")) {
      const town: PlaceSymbol = { status: "control", side: "state", otherSide: null, blockade: null, blockadeSide: "jnim", confidence: "high", freshness: 1 };
      place(t("details.town"), 14, () => drawPlace(context, palette, town, 5));
      place(t("status.contested"), 16, () => drawPlace(context, palette, { ...town, status: "contested", side: "jnim", otherSide: "state" }, 5));
      place(t("blockade.full"), 24, () => drawPlace(context, palette, { ...town, blockade: "full" }, 4.4));
      place(t("word.unknown"), 10, () => drawPlace(context, palette, { ...town, status: null }, 6));
    }
    if (page.isOn("corridors")) {
      for (const status of [...CORRIDOR_STATUSES, "unknown" as const]) {
        place(t(`road.${status}`), 30, () =>
          strokeRoad(context, palette, status, () => {
            context.beginPath();
            context.moveTo(-14, 0);
            context.lineTo(14, 0);
          }),
        );
      }
    }
    return x === MARGIN && y === 8 ? 0 : y + LINE;
  }
}
