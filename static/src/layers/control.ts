// Who is reported to hold each watched town on the last day of the window; a ring for a blockade; unknown is hollow.

import { confirmationAge, stateAt } from "../data/history";
import type { PlaceHistory } from "../data/history";
import { worldX, worldY } from "../data/mercator";
import { PLACE_SIZE, drawPlace } from "../draw/places";
import type { PlaceSymbol } from "../draw/places";
import { confidenceLevel } from "../format";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";

/** Steps of age by days since the last confirmation: half a year, two years. */
export function freshness(age: number): number {
  if (age <= 183) return 1;
  return age <= 731 ? 0.8 : 0.6;
}

export function symbolAt(page: Page, place: PlaceHistory, day: number): PlaceSymbol {
  const state = stateAt(place.states, day);
  if (!state) {
    return { status: null, side: "unknown", otherSide: null, blockade: null, blockadeSide: "unknown", confidence: "unknown", freshness: 1 };
  }
  const side = page.sideOf(state.value.actor);
  const before = place.states.filter((other) => other.from < state.from && other.value.status === "control").pop();
  const beforeSide = before ? page.sideOf(before.value.actor) : null;
  return {
    status: state.value.status,
    side,
    otherSide: beforeSide && beforeSide !== side ? beforeSide : null,
    blockade: state.value.blockade,
    blockadeSide: page.sideOf(state.value.blockade_by),
    confidence: confidenceLevel(state.value.confidence),
    freshness: freshness(confirmationAge(state, day)),
  };
}

/** Symbols of all places on a day, made again only when one of them changes. */
class Look {
  symbols: PlaceSymbol[] = [];
  private drawnAs = "";

  constructor(private readonly page: Page) {}

  /** Answers whether anything looks different: most steps change no town. */
  update(day: number): boolean {
    const { page } = this;
    const { selected } = page.store.get();
    let looks = "off";
    if (page.isOn("control")) {
      looks = selected?.startsWith("place/") ? selected : "";
      for (const place of page.data.places) {
        const at = stateAt(place.states, day);
        looks += at ? `${at.from}/${at.value.id}/${freshness(confirmationAge(at, day))},` : ",";
      }
    }
    if (looks === this.drawnAs) return false;
    this.drawnAs = looks;
    this.symbols = page.data.places.map((place) => symbolAt(page, place, day));
    return true;
  }
}

export function addControl(map: MapHandle, page: Page): { redraw: () => void; at: (x: number, y: number, reach: number) => PlaceHistory | null } {
  const locate = () => page.data.places.map((place) => ({ place, x: worldX(place.lon), y: worldY(place.lat) }));
  let points = locate();
  const looks = [new Look(page), new Look(page)] as const;
  const update = (): boolean => {
    const first = looks[0].update(page.day);
    const second = page.otherScene ? looks[1].update(page.otherScene.day) : false;
    return first || second;
  };
  update();
  const redraw = map.addCanvas("control", (context, frame, which) => {
    if (!page.isOn("control")) return;
    const palette = page.palette();
    const { selected } = page.store.get();
    const { symbols } = looks[which];
    const size = PLACE_SIZE * Math.min(1.2, Math.max(0.7, 0.84 + (frame.zoom - 5.5) * 0.14));
    const drawn = points
      .map(({ place, x, y }, i) => ({ place, x, y, symbol: symbols[i]! }))
      .filter(({ symbol }) => symbol !== undefined)
      // Unknown below known, open towns below blockaded ones.
      .sort((a, b) => weight(a.symbol) - weight(b.symbol));
    for (const { place, x, y, symbol } of drawn) {
      const left = x * frame.scale - frame.originX;
      const top = y * frame.scale - frame.originY;
      if (left < -30 || top < -30 || left > frame.width + 30 || top > frame.height + 30) continue;
      context.save();
      context.translate(left, top);
      if (selected === `place/${place.key}`) {
        context.beginPath();
        context.arc(0, 0, size * 2.9, 0, 2 * Math.PI);
        context.strokeStyle = palette.ink;
        context.lineWidth = 1.8;
        context.stroke();
      }
      drawPlace(context, palette, symbol, size);
      context.restore();
    }
  });
  page.store.subscribe(["from", "to", "mode", "layers", "selected", "other"], () => {
    if (update()) redraw();
  });
  page.bus.on("data", () => {
    points = locate();
    if (update()) redraw();
  });
  return {
    redraw,
    at(x, y, reach) {
      if (!page.isOn("control")) return null;
      let best: PlaceHistory | null = null;
      let least = reach;
      for (const point of points) {
        const distance = Math.hypot(point.x - x, point.y - y);
        if (distance < least) [best, least] = [point.place, distance];
      }
      return best;
    },
  };
}

function weight(symbol: PlaceSymbol): number {
  if (symbol.status === null) return 0;
  return symbol.blockade === "full" || symbol.blockade === "partial" ? 2 : 1;
}
