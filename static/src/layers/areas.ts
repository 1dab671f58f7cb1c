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

/** Areas that look the same, and are drawn as one. */
interface Group {
  look: AreaLook;
  areas: Set<number>;
  /** Their outlines together, for the view that they were put together in. */
  path: Path2D | null;
  of: ReadonlyMap<number, Path2D> | null;
}

/** What is drawn of all areas on a day. A step moves those that changed from group to group; the others keep their paths. */
class Picture {
  private readonly groups = new Map<string, Group>();
  private keys: (string | null)[] = [];
  /** Changes of hands around the day, by area. */
  readonly changes = new Map<number, Change>();
  readonly blockaded = new Set<number>();
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
      this.groups.clear();
      this.changes.clear();
      this.blockaded.clear();
      this.keys = areas.map(() => null);
      this.states = new Int32Array(areas.length).fill(-1);
    }
    this.of = areas;
    this.day = day;
    for (let i = 0; i < areas.length; i++) {
      const area = areas[i]!;
      const now = area.states[this.states[i]!];
      // Most still are as they were.
      const state = now && now.from <= day && day <= now.to ? this.states[i]! : stateIndex(area, day);
      if (state !== this.states[i]) {
        this.states[i] = state;
        this.regroup(i, area);
        differs = true;
      }
      if (area.changes.length === 0) continue;
      const change = changeAround(area, day);
      if (change === (this.changes.get(i) ?? null)) continue;
      if (change) this.changes.set(i, change);
      else this.changes.delete(i);
      differs = true;
    }
    return differs;
  }

  private regroup(i: number, area: AreaHistory): void {
    const state = this.stateOf(i);
    const look = state && lookOf(area, state, (code) => this.page.sideOf(code));
    // Drawn outlines may overlap one another, each is drawn alone; land of the grid never does.
    const key = look && (area.gridded ? `grid/${lookKey(look)}` : `alone/${i}/${lookKey(look)}`);
    if (state?.blockade) this.blockaded.add(i);
    else this.blockaded.delete(i);
    const before = this.keys[i];
    if (key === before) return;
    if (before) {
      const group = this.groups.get(before)!;
      group.areas.delete(i);
      group.path = group.of = null;
      if (group.areas.size === 0) this.groups.delete(before);
    }
    this.keys[i] = key;
    if (!look || !key) return;
    let group = this.groups.get(key);
    if (!group) this.groups.set(key, (group = { look, areas: new Set(), path: null, of: null }));
    group.areas.add(i);
    group.path = group.of = null;
  }

  /** What stands for itself lies below what belongs to a place; the rest is in an order that does not hang on the steps before. */
  drawn(outlines: ReadonlyMap<number, Path2D>, shown: ((area: number) => boolean) | null): { look: AreaLook; path: Path2D }[] {
    return [...this.groups.keys()].sort().flatMap((key) => {
      const group = this.groups.get(key)!;
      const { look } = group;
      if (shown) {
        const path = together([...group.areas].filter(shown), outlines);
        return path ? [{ look, path }] : [];
      }
      if (group.of !== outlines) {
        group.path = together(group.areas, outlines);
        group.of = outlines;
      }
      return group.path ? [{ look, path: group.path }] : [];
    });
  }

  stateOf(area: number) {
    return this.page.data.areas[area]?.states[this.states[area]!] ?? null;
  }
}

/** Of several areas one path; null where none is in view. */
function together(areas: Iterable<number>, outlines: ReadonlyMap<number, Path2D>): Path2D | null {
  let path: Path2D | null = null;
  for (const i of areas) {
    const outline = outlines.get(i);
    if (outline) (path ??= new Path2D()).addPath(outline);
  }
  return path;
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
    for (const { look, path } of picture.drawn(paths, changed && ((i) => changed.has(page.data.areas[i]!)))) {
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
    for (const [i, change] of [...picture.changes].sort(([a], [b]) => a - b)) {
      const path = paths.get(i);
      if (!path || changed) continue;
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
    for (const i of [...picture.blockaded].sort((a, b) => a - b)) {
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

/** Outlines in view as paths of the canvas, made once a view. */
class Outlines {
  private paths = new Map<number, Path2D>();
  private madeFor: unknown[] = [];

  constructor(private readonly page: Page) {}

  /** The same map as long as the view and the areas are the same. */
  of(frame: Frame, ratio: number): ReadonlyMap<number, Path2D> {
    const { areas } = this.page.data;
    const wanted = [areas, ratio, frame.scale, frame.originX, frame.originY, frame.width, frame.height];
    if (wanted.some((value, i) => value !== this.madeFor[i])) {
      this.madeFor = wanted;
      this.paths = new Map();
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
