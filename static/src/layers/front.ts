// The cells in which activity of the chosen actor was reported by the clock's day, in the shade of the quarter of the first report. Loaded when the
// layer or its panel opens. The cells come once an actor; a step looks them up.

import { ApiError, loadFront, loadFrontActors } from "../api";
import { frontOf, lookOn, standingOf } from "../data/front";
import type { Front, FrontActor, FrontCell } from "../data/front";
import { fillCells, frameCells, shadeOf } from "../draw/front";
import { formatDay } from "../format";
import { has, t } from "../i18n/index";
import type { Found } from "../interact";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { sceneOf } from "./scene";

export interface FrontLayer {
  redraw: () => void;
  at: (x: number, y: number) => Found | null;
}

let actors: Promise<FrontActor[]> | null = null;
const fronts = new Map<string, Promise<Front>>();
/** What has come, by actor and day of knowledge. */
const arrived = new Map<string, Front>();

const keyOf = (page: Page, actor: string) => `${actor}/${page.store.get().knownAt ?? ""}`;

/** Who can be asked for, those with most reports first. */
export function askActors(): Promise<FrontActor[]> {
  actors ??= loadFrontActors().then((answer) => answer.actors);
  actors.catch(() => (actors = null));
  return actors;
}

/** The actor that is shown: the one of the link, or the one with most reports. */
export async function chosenActor(page: Page): Promise<string | null> {
  const list = await askActors();
  const { front } = page.store.get();
  return (list.find(({ actor }) => actor === front) ?? (front === null ? list[0] : undefined))?.actor ?? null;
}

export function askFront(page: Page, actor: string): Promise<Front> {
  const key = keyOf(page, actor);
  let found = fronts.get(key);
  if (!found) {
    found = loadFront(actor, page.store.get().knownAt).then((answer) => {
      const front = frontOf(answer);
      arrived.set(key, front);
      return front;
    });
    fronts.set(key, found);
    // What failed may be asked for again.
    found.catch(() => fronts.delete(key));
  }
  return found;
}

/** The cells of the actor that is shown, where they have come. */
export function frontNow(page: Page): Front | null {
  const { front } = page.store.get();
  return front === null ? null : (arrived.get(keyOf(page, front)) ?? null);
}

export function addFront(map: MapHandle, page: Page): FrontLayer {
  const { store } = page;
  const redraw = map.addCanvas("front", (context, frame, which) => {
    const front = frontNow(page);
    if (!front || !page.isOn("front")) return;
    const { day } = sceneOf(page, which);
    const palette = page.palette();
    const selected = store.get().selected?.startsWith("front/") ? store.get().selected : null;
    // A quarter is filled as a whole, and all frames are drawn as one: the number of cells costs little.
    const edges = { active: new Path2D(), silent: new Path2D() };
    let fills: { active: Path2D | null; silent: Path2D | null } = { active: null, silent: null };
    let quarter = NaN;
    const flush = () => {
      for (const standing of ["silent", "active"] as const) {
        const fill = fills[standing];
        if (fill) fillCells(context, palette, shadeOf(quarter, front.quarters), standing === "active", fill);
      }
      fills = { active: null, silent: null };
    };
    let chosen: [number, number, number, number] | null = null;
    for (const cell of front.cells) {
      // Ordered by the first report: nothing after it can have been reported on.
      if (cell.first > day) break;
      const [left, top, right, bottom] = cell.box;
      const x = Math.round(left * frame.scale - frame.originX);
      const y = Math.round(top * frame.scale - frame.originY);
      const width = Math.round(right * frame.scale - frame.originX) - x;
      const height = Math.round(bottom * frame.scale - frame.originY) - y;
      if (x + width < 0 || y + height < 0 || x > frame.width || y > frame.height) continue;
      if (cell.quarter !== quarter) {
        flush();
        quarter = cell.quarter;
      }
      const standing = standingOf(cell, day) === "active" ? "active" : "silent";
      (fills[standing] ??= new Path2D()).rect(x, y, width, height);
      edges[standing].rect(x + 0.5, y + 0.5, width - 1, height - 1);
      if (selected !== null && selected === selectionOf(front, cell)) chosen = [x, y, width, height];
    }
    flush();
    frameCells(context, palette, false, edges.silent);
    frameCells(context, palette, true, edges.active);
    if (chosen) {
      context.strokeStyle = palette.ink;
      context.lineWidth = 3;
      context.strokeRect(...chosen);
    }
  });
  let wish = 0;
  const fetchAndDraw = () => {
    const mine = ++wish;
    void chosenActor(page).then(async (actor) => {
      if (actor === null) return;
      if (store.get().front !== actor) store.set({ front: actor });
      await askFront(page, actor);
      // A later wish has overtaken this answer.
      if (mine === wish) {
        redraw();
        page.bus.emit("front", null);
      }
    }).catch((error: unknown) => {
      if (error instanceof ApiError) page.bus.emit("front", null);
      else throw error;
    });
  };
  if (page.isOn("front")) fetchAndDraw();
  store.subscribe(["front", "knownAt", "layers"], () => {
    if (page.isOn("front")) fetchAndDraw();
    redraw();
  });
  let looks = "";
  store.subscribe(["from", "to", "mode", "other", "comparison", "selected"], (_, changed) => {
    const front = frontNow(page);
    if (!front || !page.isOn("front")) return;
    // Most steps change no cell.
    const isStep = [...changed].every((key) => key === "from" || key === "to" || key === "mode");
    const now = `${keyOf(page, front.actor)}/${lookOn(front, page.day)}`;
    if (!isStep || now !== looks || page.otherScene !== null) redraw();
    looks = now;
  });
  return {
    redraw,
    at(x, y) {
      const front = frontNow(page);
      if (!front || !page.isOn("front")) return null;
      const cell = front.cells.find(({ box, first }) => first <= page.day && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
      return cell ? { selected: selectionOf(front, cell), lines: [t("front.cell", { km: front.cellKm, actor: page.actorName(front.actor) }), ...cellLines(page, front, cell)] } : null;
    },
  };
}

export function selectionOf(front: Front, cell: FrontCell): string {
  return `front/${front.actor}@${cell.id}`;
}

/** `Q1 2017`, by the quarter's number since 0000-Q1. */
export function formatQuarter(quarter: number): string {
  return t("front.quarterName", { year: Math.floor(quarter / 4), quarter: (quarter % 4) + 1 });
}

/** The day of the first report, no finer than it is known. */
export function firstReported(cell: FrontCell): string {
  const key = `precision.date.${cell.precision}`;
  return cell.precision !== "day" && has(key) ? `${formatDay(cell.first)} (${t(key)})` : formatDay(cell.first);
}

/** What a cell says on the clock's day. */
export function cellLines(page: Page, front: Front, cell: FrontCell): string[] {
  return [
    t("front.first", { date: firstReported(cell), quarter: formatQuarter(cell.quarter) }),
    t(`front.${standingOf(cell, page.day)}Now`, { days: front.activeDays }),
  ];
}
