// Names of countries, seas and towns. Towns appear by population and zoom; a label that would overlap another is left out.

import type { PlaceHistory } from "../data/history";
import { worldX, worldY } from "../data/mercator";
import { fold } from "../data/selection";
import type { Palette } from "../draw/palette";
import { language } from "../i18n/index";
import type { Line } from "../data/geometry";
import type { Frame, MapHandle } from "../leaflet";
import { stretches } from "../data/roads";
import type { Page } from "../page";
import type { PlaceFeature } from "../types";
import type { BasemapLabel } from "./basemap";

const SERIF = '"Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Noto Serif", serif';
const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface TownLabel {
  x: number;
  y: number;
  name: string;
  nameFr: string;
  kind: string;
  /** Zoom from which the name may show. */
  zoom: number;
  /** It bears a square when the control layer is on. */
  watched: boolean;
  weight: number;
}

function zoomFor(kind: string, population: number, watched: boolean): number {
  if (kind === "capital") return 4;
  if (kind === "regional_capital") return population > 150_000 ? 5.2 : watched ? 5.5 : population > 60_000 ? 6 : 7;
  if (watched) return population > 40_000 ? 6 : 6.75;
  if (population > 250_000) return 6.25;
  if (population > 100_000) return 7;
  if (population > 50_000) return 7.75;
  return population > 20_000 ? 8.5 : 9.25;
}

/** Towns of the gazetteer and watched places, one label for both where they are the same town. */
export function townLabels(towns: PlaceFeature[], places: PlaceHistory[]): TownLabel[] {
  const labels: TownLabel[] = [];
  const seen = new Map<string, TownLabel>();
  const key = (name: string, country: string | null) => `${country ?? ""}/${fold(name)}`;
  for (const town of towns) {
    const { name, name_fr, country, population, kind } = town.properties;
    const [lon, lat] = town.geometry.coordinates as [number, number];
    const label: TownLabel = {
      x: worldX(lon),
      y: worldY(lat),
      name,
      nameFr: name_fr || name,
      kind: kind ?? "town",
      zoom: zoomFor(kind ?? "town", population ?? 0, false),
      watched: false,
      weight: population ?? 0,
    };
    labels.push(label);
    for (const alias of [name, name_fr]) if (alias && !seen.has(key(alias, country))) seen.set(key(alias, country), label);
  }
  for (const place of places) {
    const same = seen.get(key(place.place, place.country));
    const x = worldX(place.lon);
    const y = worldY(place.lat);
    const population = place.population ?? same?.weight ?? 0;
    if (same && Math.hypot(same.x - x, same.y - y) < 0.001) {
      // The label belongs to the square: it stands where the square does.
      Object.assign(same, { x, y, name: place.place, watched: true, zoom: Math.min(same.zoom, zoomFor(same.kind, population, true)) });
      same.weight += 30_000;
    } else {
      labels.push({ x, y, name: place.place, nameFr: place.place, kind: "town", zoom: zoomFor("town", population, true), watched: true, weight: population + 30_000 });
    }
  }
  const rank = (label: TownLabel) => (label.kind === "capital" ? 1e9 : label.kind === "regional_capital" ? 1e6 : 0) + label.weight;
  return labels.sort((a, b) => rank(b) - rank(a));
}

/** Side of a cell in which roads are remembered, in CSS pixels. */
const CELL = 6;

/** Where roads run on the screen, so that names keep off them. */
class RoadCells {
  private readonly cells = new Set<number>();

  private key(x: number, y: number): number {
    return Math.floor(x / CELL) * 100_000 + Math.floor(y / CELL);
  }

  add(line: Line, frame: Frame): void {
    for (let i = 0; i + 3 < line.length; i += 2) {
      const [ax, ay] = [line[i]! * frame.scale - frame.originX, line[i + 1]! * frame.scale - frame.originY];
      const [bx, by] = [line[i + 2]! * frame.scale - frame.originX, line[i + 3]! * frame.scale - frame.originY];
      const steps = Math.min(2_000, Math.ceil(Math.hypot(bx - ax, by - ay) / (CELL / 2)));
      for (let step = 0; step <= steps; step++) {
        const share = steps === 0 ? 0 : step / steps;
        this.cells.add(this.key(ax + (bx - ax) * share, ay + (by - ay) * share));
      }
    }
  }

  /** Cells of the box that a road runs through. */
  crossing(box: Box): number {
    let count = 0;
    for (let x = box.left; x <= box.right; x += CELL) for (let y = box.top; y <= box.bottom; y += CELL) if (this.cells.has(this.key(x, y))) count += 1;
    return count;
  }
}

export function addLabels(map: MapHandle, page: Page, fixed: BasemapLabel[], palette: () => Palette): () => void {
  let towns = townLabels(page.data.towns, page.data.places);
  const lines = stretches(page.data.corridors).map(({ line }) => line);
  let of = page.data.towns;
  const redraw = map.addCanvas("labels", (context, frame) => {
    if (!page.isOn("labels")) return;
    const colours = palette();
    const taken: Box[] = [];
    const free = (box: Box) => !taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
    if (page.isOn("control")) {
      for (const place of page.data.places) {
        const x = worldX(place.lon) * frame.scale - frame.originX;
        const y = worldY(place.lat) * frame.scale - frame.originY;
        taken.push({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 });
      }
    }
    const roads = new RoadCells();
    if (page.isOn("corridors")) for (const line of lines) roads.add(line, frame);
    context.textBaseline = "middle";
    // Not `start`: names stand to the right of their dots whichever way the page runs.
    context.textAlign = "left";
    context.lineJoin = "round";

    const write = (text: string, x: number, y: number, colour: string, halo: number) => {
      context.strokeStyle = colours.halo;
      context.lineWidth = halo;
      context.strokeText(text, x, y);
      context.fillStyle = colour;
      context.fillText(text, x, y);
    };

    const writeTown = (town: TownLabel) => {
      if (town.zoom > frame.zoom) return;
      const x = town.x * frame.scale - frame.originX;
      const y = town.y * frame.scale - frame.originY;
      if (x < -60 || y < -20 || x > frame.width + 60 || y > frame.height + 20) return;
      const capital = town.kind === "capital";
      const regional = town.kind === "regional_capital";
      const size = (capital ? 13.5 : regional ? 11.5 : 10.5) + (frame.zoom >= 8 ? 1 : 0);
      context.font = `${capital ? 650 : regional ? 550 : 450} ${size}px ${SANS}`;
      const text = language() === "fr" ? town.nameFr : town.name;
      const width = context.measureText(text).width;
      const square = town.watched && page.isOn("control");
      const gap = square ? 12 : town.watched && page.isOn("incidents") ? 9 : capital ? 8 : 6;
      const height = size * 1.1;
      const candidates: [number, number][] = [
        [x + gap, y],
        [x - gap - width, y],
        [x - width / 2, y - gap - height / 2],
        [x - width / 2, y + gap + height / 2],
      ];
      // Of the free places the one that the fewest roads cross.
      let open: [number, number] | undefined;
      let least = Infinity;
      for (const candidate of candidates) {
        const [left, middle] = candidate;
        const box = { left: left - 2, right: left + width + 2, top: middle - height / 2, bottom: middle + height / 2 };
        if (!free(box)) continue;
        const crossed = roads.crossing(box);
        if (crossed < least) [open, least] = [candidate, crossed];
        if (crossed === 0) break;
      }
      // A capital is named even where symbols crowd it.
      const spot = open ?? (capital ? candidates[0] : undefined);
      if (!spot) return;
      taken.push({ left: spot[0] - 2, right: spot[0] + width + 2, top: spot[1] - height / 2, bottom: spot[1] + height / 2 });
      taken.push({ left: x - gap + 2, right: x + gap - 2, top: y - gap + 2, bottom: y + gap - 2 });
      if (!square) {
        context.beginPath();
        context.arc(x, y, capital ? 3.2 : 1.9, 0, 2 * Math.PI);
        context.fillStyle = capital ? colours.ink : colours.muted;
        context.fill();
        context.strokeStyle = colours.halo;
        context.lineWidth = 1;
        context.stroke();
      }
      write(text, ...spot, capital || regional ? colours.ink : colours.muted, 3.2);
    };

    const writeFixed = (label: BasemapLabel) => {
      context.textAlign = "center";
      const x = worldX(label.lon) * frame.scale - frame.originX;
      const y = worldY(label.lat) * frame.scale - frame.originY;
      const sea = label.kind === "sea";
      const name = label[language()] ?? label.en;
      const text = sea ? name : name.toLocaleUpperCase();
      const size = (sea ? 13 : label.kind === "country" ? 13.5 : 11) + Math.min(Math.max(frame.zoom - 5.5, 0), 3) * 1.6;
      context.font = sea ? `italic 400 ${size}px ${SERIF}` : `500 ${size}px ${SERIF}`;
      const spaced = context as CanvasRenderingContext2D & { letterSpacing?: string };
      // Arabic letters join: space between them would break words.
      spaced.letterSpacing = language() === "ar" ? "0px" : sea ? "1px" : `${size * 0.2}px`;
      const width = context.measureText(text).width;
      // Where towns crowd the middle the name may move up or down, but stays over its own ground.
      const shift = [0, -16, 16, -32, 32, -48, 48].find((dy) =>
        free({ left: x - width / 2 - 4, right: x + width / 2 + 4, top: y + dy - size * 0.6, bottom: y + dy + size * 0.6 }),
      );
      if (shift !== undefined) {
        taken.push({ left: x - width / 2, right: x + width / 2, top: y + shift - size / 2, bottom: y + shift + size / 2 });
        write(text, x, y + shift, sea ? colours.seaInk : colours.countryInk, sea ? 0.01 : 3);
      }
      spaced.letterSpacing = "0px";
      context.textAlign = "left";
    };

    // Capitals stand where they stand; country names may move around them; towns take what is left.
    for (const town of towns) if (town.kind === "capital") writeTown(town);
    for (const label of fixed) if (label.kind !== "neighbour") writeFixed(label);
    for (const town of towns) if (town.kind !== "capital") writeTown(town);
    for (const label of fixed) if (label.kind === "neighbour") writeFixed(label);
  });
  page.bus.on("data", () => {
    if (of === page.data.towns) return;
    of = page.data.towns;
    towns = townLabels(of, page.data.places);
    redraw();
  });
  return redraw;
}
