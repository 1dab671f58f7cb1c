// Incidents of the current selection on one canvas, redrawn in place from the columns. Records at one point share a symbol
// and bear a count; nothing is moved to make room. Where very many places are in view each is a dot instead of a symbol.

import { worldLength } from "../data/mercator";
import { AGES, Dots, sizeOf } from "../draw/dots";
import type { Palette } from "../draw/palette";
import { Sprites, confidenceCode } from "../draw/sprites";
import type { Frame, MapHandle } from "../leaflet";
import type { Page, Scene } from "../page";
import type { State } from "../state";
import { sceneOf } from "./scene";

/** Signs of precision, not measured extents: the least radius in pixels and a radius on the ground. */
const NEAR = { px: 15, km: 8 };
const AREA = { px: 21, km: 30 };

/** More places than this in view are dots: symbols would hide one another. */
export const MOST_SYMBOLS = 800;

/** Dots are drawn with at most so many pixels: more would cost the step its time and nobody a detail. */
const MOST_PIXELS = 2_600_000;

export interface IncidentLayer {
  redraw: () => void;
  /** Rows of the spot nearest to a point of the unit square. */
  at: (x: number, y: number, reach: number) => number[];
  /** Are dots drawn in place of symbols? */
  dotted: () => boolean;
}

/** Records a spot, of one scene: filled again for every step, in the same arrays. */
class Tally {
  counts = new Uint32Array(0);
  /** Row of the latest record. */
  top = new Int32Array(0);
  /** Spots with records; in the order of their latest records, the latest first, while `ordered`. */
  spots = new Int32Array(0);
  length = 0;
  private ordered = true;
  private of: Int32Array | null = null;
  private done = 0;

  /** Takes up a scene. Where it only adds rows to the one before, only they are counted. */
  take(page: Page, scene: Scene): void {
    if (scene.extends && this.of === page.data.incidents.spot) this.add(page, scene);
    else this.fill(page, scene);
  }

  /** From the latest to the first, so that the spots come in order. */
  private fill(page: Page, { selection }: Scene): void {
    const { spot, weight, spots } = page.data.incidents;
    if (this.of !== spot) {
      this.of = spot;
      this.counts = new Uint32Array(spots.x.length);
      this.top = new Int32Array(spots.x.length);
      this.spots = new Int32Array(spots.x.length);
    } else for (let i = 0; i < this.length; i++) this.counts[this.spots[i]!] = 0;
    let length = 0;
    const { counts, top, spots: found } = this;
    const { rows, count } = selection;
    for (let i = count - 1; i >= 0; i--) {
      const row = rows[i]!;
      const at = spot[row]!;
      if (at < 0) continue;
      if (counts[at] === 0) {
        found[length++] = at;
        top[at] = row;
      }
      counts[at]! += weight[row]!;
    }
    this.length = length;
    this.done = count;
    this.ordered = true;
  }

  private add(page: Page, { selection }: Scene): void {
    const { spot, weight } = page.data.incidents;
    for (let i = this.done; i < selection.count; i++) {
      const row = selection.rows[i]!;
      const at = spot[row]!;
      if (at < 0) continue;
      if (this.counts[at] === 0) this.spots[this.length++] = at;
      this.counts[at]! += weight[row]!;
      this.top[at] = row;
      this.ordered = false;
    }
    this.done = selection.count;
  }

  order(page: Page, scene: Scene): void {
    if (!this.ordered) this.fill(page, scene);
  }
}

/** What one of the two pictures was drawn from, so that a step that only adds draws only what it adds. */
interface Drawn {
  dots: Dots;
  /** The frame, colours and records that `places` and the dots belong to. */
  key: string;
  palette: Palette | null;
  spots: Float64Array | null;
  /** Place in the picture of each spot, -1 out of view. */
  places: Int32Array;
  /** Rows of the selection that are in the picture; -1 when it must be made anew. */
  rows: number;
}

export function addIncidents(map: MapHandle, page: Page): IncidentLayer {
  const tallies = [new Tally(), new Tally()] as const;
  const sprites = new Sprites();
  const fresh = (): Drawn => ({ dots: new Dots(), key: "", palette: null, spots: null, places: new Int32Array(0), rows: -1 });
  const pictures = [fresh(), fresh()] as const;
  let dotted = false;

  const collect = () => {
    tallies[0].take(page, page.scene);
    if (!page.scene.extends) pictures[0].rows = -1;
  };
  const collectOther = () => {
    pictures[1].rows = -1;
    if (page.otherScene) tallies[1].take(page, page.otherScene);
  };
  collect();
  collectOther();

  /** Paleness by age, 0 to AGES - 1, when the reader wants it. */
  const ageOf = (scene: Scene, row: number): number => {
    const { from, to } = scene.window;
    const age = (to - Math.min(page.data.incidents.last[row]!, to)) / Math.max(1, to - from);
    return Math.min(AGES - 1, Math.floor(age * AGES));
  };

  /** Places of all spots in the picture, once a frame. */
  const prepare = (picture: Drawn, frame: Frame, ratio: number, palette: Palette): void => {
    const { x: xs, y: ys } = page.data.incidents.spots;
    const key = `${frame.scale}/${frame.originX}/${frame.originY}/${frame.width}/${frame.height}/${ratio}`;
    if (picture.key === key && picture.spots === xs && picture.palette === palette) return;
    [picture.key, picture.spots, picture.palette, picture.rows] = [key, xs, palette, -1];
    picture.dots.begin(frame.width, frame.height, ratio, palette, false);
    if (picture.places.length !== xs.length) picture.places = new Int32Array(xs.length);
    for (let i = 0; i < xs.length; i++) {
      picture.places[i] = picture.dots.placeOf(xs[i]! * frame.scale - frame.originX, ys[i]! * frame.scale - frame.originY);
    }
  };

  const drawDots = (context: CanvasRenderingContext2D, frame: Frame, which: 0 | 1, ratio: number): void => {
    const table = page.data.incidents;
    const [picture, tally, scene] = [pictures[which], tallies[which], sceneOf(page, which)];
    const fade = page.store.get().fade;
    const { dots, places } = picture;
    const { spot: spotOf, side, geo } = table;
    const cells = table.cellZoom !== null;
    const stamp = (spot: number) => {
      const place = places[spot]!;
      if (place < 0) return;
      const row = tally.top[spot]!;
      dots.dot(place, sizeOf(tally.counts[spot]!), side[row]!, cells ? 2 : geo[row]!, fade ? ageOf(scene, row) : 0);
    };
    const { rows, count } = scene.selection;
    const adds = !fade && picture.rows >= 0;
    dots.begin(frame.width, frame.height, ratio, page.palette(), adds);
    if (adds) {
      for (let i = picture.rows; i < count; i++) {
        const spot = spotOf[rows[i]!]!;
        if (spot >= 0) stamp(spot);
      }
    } else {
      tally.order(page, scene);
      for (let i = tally.length - 1; i >= 0; i--) stamp(tally.spots[i]!);
    }
    picture.rows = fade ? -1 : count;
    dots.end(context, frame.width, frame.height);
  };

  const drawSymbols = (context: CanvasRenderingContext2D, frame: Frame, which: 0 | 1, chosen: number): void => {
    const table = page.data.incidents;
    const { x: xs, y: ys } = table.spots;
    const palette = page.palette();
    const [tally, scene] = [tallies[which], sceneOf(page, which)];
    const { scale, originX, originY, width, height, zoom } = frame;
    const { fade } = page.store.get();
    tally.order(page, scene);
    const radius = 6.2 * Math.min(1.3, Math.max(0.8, 0.92 + (zoom - 5.5) * 0.12));
    sprites.begin(palette, radius, context.canvas.width / width);
    for (let i = tally.length - 1; i >= 0; i--) {
      const spot = tally.spots[i]!;
      const [left, top] = [xs[spot]! * scale - originX, ys[spot]! * scale - originY];
      const row = tally.top[spot]!;
      const geo = table.geo[row]!;
      const sign = geo === 2 ? NEAR : AREA;
      const disc = geo === 1 ? 0 : Math.round(Math.max(sign.px, worldLength(sign.km, ys[spot]!) * scale));
      const reach = disc + 20;
      if (left < -reach || top < -reach || left > width + reach || top > height + reach) continue;
      if (fade) context.globalAlpha = 1 - (ageOf(scene, row) / (AGES - 1)) * 0.72;
      sprites.draw(context, left, top, { type: table.type[row]!, side: table.side[row]!, confidence: confidenceCode(table.confidence[row]!), geo }, disc);
      context.globalAlpha = 1;
      if (spot === chosen) ring(context, palette, left, top, radius + 7);
    }
    // Counts above all symbols: a hidden count would hide records.
    for (let i = tally.length - 1; i >= 0; i--) {
      const spot = tally.spots[i]!;
      if (tally.counts[spot]! < 2) continue;
      const [left, top] = [xs[spot]! * scale - originX, ys[spot]! * scale - originY];
      if (left > -20 && top > -20 && left < width + 20 && top < height + 20) badge(context, palette, tally.counts[spot]!, left, top, radius);
    }
  };

  const redraw = map.addCanvas("incidents", (context, frame, which) => {
    const picture = pictures[which];
    if (!page.isOn("incidents")) {
      picture.rows = -1;
      return;
    }
    const table = page.data.incidents;
    const { width, height } = frame;
    const palette = page.palette();
    const ratio = Math.min(context.canvas.width / width, Math.sqrt(MOST_PIXELS / (width * height)));
    prepare(picture, frame, ratio, palette);
    const tally = tallies[which];
    let visible = 0;
    for (let i = 0; i < tally.length && visible <= MOST_SYMBOLS; i++) if (picture.places[tally.spots[i]!]! >= 0) visible += 1;
    dotted = visible > MOST_SYMBOLS || table.cellZoom !== null;
    if (which === 0) map.namesAbove(dotted);
    const chosen = selectedSpot(page, page.store.get().selected);
    if (!dotted) {
      picture.rows = -1;
      drawSymbols(context, frame, which, chosen);
      return;
    }
    drawDots(context, frame, which, ratio);
    const { x: xs, y: ys } = table.spots;
    if (chosen >= 0) ring(context, palette, xs[chosen]! * frame.scale - frame.originX, ys[chosen]! * frame.scale - frame.originY, 11);
  });

  page.store.subscribe(["from", "to", "mode", "filters", "other"], (_, changed) => {
    if (["from", "to", "mode", "filters"].some((key) => changed.has(key as keyof State))) collect();
    if (changed.has("other") || changed.has("filters")) collectOther();
    redraw();
  });
  page.store.subscribe(["layers", "selected"], redraw);
  page.store.subscribe(["fade"], () => {
    for (const picture of pictures) picture.rows = -1;
    redraw();
  });
  page.bus.on("data", () => {
    for (const picture of pictures) picture.rows = -1;
    collect();
    collectOther();
    redraw();
  });
  return {
    redraw,
    dotted: () => dotted,
    at(x, y, reach) {
      if (!page.isOn("incidents")) return [];
      const { spots, spot: spotOf } = page.data.incidents;
      const tally = tallies[0];
      let best = -1;
      let least = reach * reach;
      for (let i = 0; i < tally.length; i++) {
        const spot = tally.spots[i]!;
        const distance = (spots.x[spot]! - x) ** 2 + (spots.y[spot]! - y) ** 2;
        // Of equally near ones the latest, whose symbol lies on top.
        if (distance < least || (distance === least && best >= 0 && tally.top[spot]! > tally.top[best]!)) [best, least] = [spot, distance];
      }
      if (best < 0) return [];
      const { rows, count } = page.selection;
      const found: number[] = [];
      for (let i = 0; i < count; i++) if (spotOf[rows[i]!] === best) found.push(rows[i]!);
      return found;
    },
  };
}

/** The spot that the selection stands on, -1 for none. */
function selectedSpot(page: Page, selected: string | null): number {
  if (selected === null) return -1;
  const table = page.data.incidents;
  if (selected.startsWith("incident/")) {
    const row = page.records.rowOf(selected.slice(9));
    return row === null ? -1 : table.spot[row]!;
  }
  return selected.startsWith("spot/") ? spotAt(page, selected.slice(5)) : -1;
}

/** The spot at `lon,lat` as the hash has it; -1 for none. */
export function spotAt(page: Page, text: string): number {
  const [lon, lat] = text.split(",").map(Number);
  const { spots, stepDeg } = page.data.incidents;
  for (let i = 0; i < spots.lon.length; i++) {
    if (Math.abs(spots.lon[i]! - lon!) < stepDeg / 2 && Math.abs(spots.lat[i]! - lat!) < stepDeg / 2) return i;
  }
  return -1;
}

/** The same as text. */
export function spotName(page: Page, spot: number): string {
  const { spots } = page.data.incidents;
  return `${Number(spots.lon[spot]!.toFixed(4))},${Number(spots.lat[spot]!.toFixed(4))}`;
}

function ring(context: CanvasRenderingContext2D, palette: Palette, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.stroke();
}

function badge(context: CanvasRenderingContext2D, palette: Palette, count: number, left: number, top: number, radius: number): void {
  const text = count > 99 ? "99+" : String(count);
  context.font = `650 9.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
  const width = 6.5 + 6 * text.length;
  const x = left + radius * 0.75;
  const y = top - radius * 0.75 - 13;
  context.beginPath();
  context.roundRect(x, y, width, 13, 6.5);
  context.fillStyle = palette.ink;
  context.fill();
  context.strokeStyle = palette.paper;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = palette.paper;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + width / 2, y + 7);
  context.textAlign = "start";
}
