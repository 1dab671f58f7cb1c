// The land around places by who is assessed to hold it on the clock's day. Outlines are traced once a view, states are looked up by day, so a
// step asks for nothing and draws only when something looks different. What the same is believed of is drawn as one, on whole pixels: no seams.

import { changeAround, stateIndex } from "../data/areas";
import type { AreaHistory, Change } from "../data/areas";
import { contains } from "../data/geometry";
import type { Line } from "../data/geometry";
import { worldX, worldY } from "../data/mercator";
import { areaPaint, changePaint, lookKey, lookOf } from "../draw/areas";
import type { AreaLook } from "../draw/areas";
import { PLACE_SIZE, drawBlockade } from "../draw/places";
import { trace, visible } from "../draw/trace";
import type { Frame, MapHandle } from "../leaflet";
import type { Page } from "../page";
import { differenceOf } from "./changes";

/** What is drawn of all areas on a day. */
class Picture {
  /** Areas of each look, by its key. */
  readonly groups = new Map<string, { look: AreaLook; areas: number[] }>();
  /** Changes of hands around the day, an area each; null where there is none. */
  changes: (Change | null)[] = [];
  readonly blockaded: number[] = [];
  /** Place of the state in force, an area. */
  private states = new Int32Array(0);
  private of: AreaHistory[] | null = null;
  private day = NaN;

  constructor(private readonly page: Page) {}

  /** Answers whether anything is believed that was not before. */
  update(day: number): boolean {
    const { areas } = this.page.data;
    let differs = this.of !== areas;
    if (!differs && day === this.day) return false;
    if (differs) {
      this.states = new Int32Array(areas.length).fill(-2);
      this.changes = areas.map(() => null);
    }
    this.of = areas;
    this.day = day;
    for (let i = 0; i < areas.length; i++) {
      const area = areas[i]!;
      const state = stateIndex(area, day);
      const change = area.changes.length > 0 ? changeAround(area, day) : null;
      if (state === this.states[i] && change === this.changes[i]) continue;
      this.states[i] = state;
      this.changes[i] = change;
      differs = true;
    }
    if (differs) this.group();
    return differs;
  }

  private group(): void {
    const { page } = this;
    this.groups.clear();
    this.blockaded.length = 0;
    const take = (area: AreaHistory, i: number) => {
      const state = this.stateOf(i);
      if (!state) return;
      const look = lookOf(area, state, (code) => page.sideOf(code));
      // Drawn outlines may overlap one another; land of the grid never does.
      const key = area.gridded ? lookKey(look) : String(i);
      const group = this.groups.get(key);
      if (group) group.areas.push(i);
      else this.groups.set(key, { look, areas: [i] });
      if (state.blockade !== null) this.blockaded.push(i);
    };
    // What stands for itself lies below what belongs to a place.
    for (const gridded of [false, true]) page.data.areas.forEach((area, i) => area.gridded === gridded && take(area, i));
  }

  stateOf(area: number) {
    return this.page.data.areas[area]?.states[this.states[area]!] ?? null;
  }
}

export interface AreaLayer {
  redraw: () => void;
  /** The area at a point of the unit square; what stands for itself lies below what belongs to a place. */
  at: (x: number, y: number) => AreaHistory | null;
}

export function addAreas(map: MapHandle, page: Page, land: Line[]): AreaLayer {
  const pictures = [new Picture(page), new Picture(page)] as const;
  const outlines = new Outlines(page);
  const coast = new Coast(land);
  const update = (): boolean => {
    const first = pictures[0].update(page.day);
    const second = page.otherScene ? pictures[1].update(page.otherScene.day) : false;
    return first || second;
  };
  update();
  const redraw = map.addCanvas("areas", (context, frame, which) => {
    if (!page.isOn("areas")) return;
    const palette = page.palette();
    const { other, comparison, selected } = page.store.get();
    const picture = pictures[which];
    const paths = outlines.of(frame, context.getTransform().a);
    // Of two dates compared by difference only the land that changed is filled, as it is now.
    const changed = other && comparison === "difference" ? new Set(differenceOf(page)?.changes.map(({ area }) => area)) : null;
    for (const { look, areas } of picture.groups.values()) {
      const path = outlines.merged(changed ? areas.filter((i) => changed.has(page.data.areas[i]!)) : areas);
      if (!path) continue;
      const { fill, alpha, edge } = areaPaint(context, palette, look);
      // The outer half of the stroke stays, the inner one and what it drew between neighbours goes.
      context.strokeStyle = edge;
      context.lineWidth = 2.2;
      context.lineJoin = "miter";
      context.stroke(path);
      context.globalCompositeOperation = "destination-out";
      context.fillStyle = "#000";
      context.fill(path, "evenodd");
      context.globalCompositeOperation = "source-over";
      context.fillStyle = fill;
      context.globalAlpha = alpha;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
    }
    for (const [i, change] of picture.changes.entries()) {
      const path = change ? paths.get(i) : null;
      if (!change || !path || changed) continue;
      context.fillStyle = changePaint(context, palette, change, (code) => page.sideOf(code));
      context.fill(path, "evenodd");
      context.strokeStyle = palette.ink;
      context.lineWidth = 1.4;
      context.setLineDash([5, 4]);
      context.stroke(path);
      context.setLineDash([]);
    }
    coast.clip(context, frame);
    const chosen = page.data.areas.findIndex(({ key, lon }) => lon !== null && selected === `place/${key}`);
    const outline = paths.get(chosen);
    if (outline) {
      context.strokeStyle = palette.ink;
      context.lineWidth = 2;
      context.stroke(outline);
    }
    const size = PLACE_SIZE * Math.min(1.2, Math.max(0.7, 0.84 + (frame.zoom - 5.5) * 0.14));
    for (const i of picture.blockaded) {
      const { lon, lat } = page.data.areas[i]!;
      const state = picture.stateOf(i);
      if (lon === null || lat === null || !state) continue;
      const [x, y] = [worldX(lon) * frame.scale - frame.originX, worldY(lat) * frame.scale - frame.originY];
      if (x < -30 || y < -30 || x > frame.width + 30 || y > frame.height + 30) continue;
      context.save();
      context.translate(x, y);
      drawBlockade(context, palette, state.blockade, page.sideOf(state.blockadeBy), size);
      context.restore();
    }
  });
  page.store.subscribe(["from", "to", "mode", "layers", "selected", "other", "comparison"], (_, changed) => {
    const differs = update();
    if (page.isOn("areas") ? differs || [...changed].some((key) => key !== "from" && key !== "to" && key !== "mode") || comparing(page) : changed.has("layers")) redraw();
  });
  page.bus.on("data", () => {
    if (update()) redraw();
  });
  return {
    redraw,
    at(x, y) {
      if (!page.isOn("areas")) return null;
      const found = page.data.areas.filter(({ box, rings, states }) => states.length > 0 && x >= box[0] && y >= box[1] && x <= box[2] && y <= box[3] && contains(rings, x, y));
      return found.find(({ gridded }) => gridded) ?? found[0] ?? null;
    },
  };
}

function comparing(page: Page): boolean {
  const { other, comparison } = page.store.get();
  return other !== null && comparison === "difference";
}

/** Merged outlines that are kept: some steps' worth. */
const MOST_MERGED = 64;

/** Outlines in view as paths of the canvas, made once a view. */
class Outlines {
  private readonly paths = new Map<number, Path2D>();
  private readonly together = new Map<string, Path2D | null>();
  private madeFor: unknown[] = [];

  constructor(private readonly page: Page) {}

  of(frame: Frame, ratio: number): Map<number, Path2D> {
    const { areas } = this.page.data;
    const wanted = [areas, ratio, frame.scale, frame.originX, frame.originY, frame.width, frame.height];
    if (wanted.some((value, i) => value !== this.madeFor[i])) {
      this.madeFor = wanted;
      this.paths.clear();
      this.together.clear();
      areas.forEach(({ rings, gridded }, i) => {
        if (!rings.some((ring) => visible(frame, ring))) return;
        const path = new Path2D();
        for (const ring of rings) {
          if (gridded) traceSnapped(path, frame, ring, ratio);
          else trace(path, frame, ring, true);
        }
        this.paths.set(i, path);
      });
    }
    return this.paths;
  }

  /** Of several areas one path; null where none is in view. Most looks keep their areas from one step to the next. */
  merged(areas: number[]): Path2D | null {
    const key = areas.join();
    let path = this.together.get(key);
    if (path === undefined) {
      const outlines = areas.flatMap((i) => this.paths.get(i) ?? []);
      path = outlines.length > 0 ? new Path2D() : null;
      for (const outline of outlines) path?.addPath(outline);
      if (this.together.size >= MOST_MERGED) this.together.clear();
      this.together.set(key, path);
    }
    return path;
  }
}

/** A ring of the grid, whose lines are level and upright: on whole pixels they are sharp, and neighbours meet without a gap. */
function traceSnapped(path: Path2D, { scale, originX, originY }: Frame, ring: Line, ratio: number): void {
  for (let i = 0; i < ring.length; i += 2) {
    const x = Math.round((ring[i]! * scale - originX) * ratio) / ratio;
    const y = Math.round((ring[i + 1]! * scale - originY) * ratio) / ratio;
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}

/** Cells belong to where their middle lies and reach into the sea; nobody holds that. */
class Coast {
  private readonly mask = document.createElement("canvas");
  private madeFor: number[] = [];

  constructor(private readonly land: Line[]) {}

  /** Takes away what was drawn beyond the land. */
  clip(context: CanvasRenderingContext2D, frame: Frame): void {
    const { canvas } = context;
    const wanted = [frame.scale, frame.originX, frame.originY, canvas.width, canvas.height];
    if (wanted.some((value, i) => value !== this.madeFor[i])) {
      this.madeFor = wanted;
      [this.mask.width, this.mask.height] = [canvas.width, canvas.height];
      const pen = this.mask.getContext("2d");
      if (!pen) return;
      pen.setTransform(context.getTransform());
      pen.beginPath();
      for (const ring of this.land) if (visible(frame, ring)) trace(pen, frame, ring, true);
      pen.fill("evenodd");
    }
    context.globalCompositeOperation = "destination-in";
    context.drawImage(this.mask, 0, 0, frame.width, frame.height);
    context.globalCompositeOperation = "source-over";
  }
}
