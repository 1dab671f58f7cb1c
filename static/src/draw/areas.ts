// How assessed land is drawn: hue of the leading state, strength by how much is known, stripes where two parties contest it, hatching where
// nothing is known any more, nothing where nobody ever reported. Used by the map, the legend and the strips of time.

import type { AreaHistory, AreaState, Change } from "../data/areas";
import { partiesOf } from "../data/areas";
import type { Side, Standing } from "../types";
import { mix } from "./palette";
import type { Palette } from "./palette";
import { hatch, withAlpha } from "./symbols";

export interface AreaLook {
  status: Standing | null;
  side: Side;
  /** The second hue of stripes; null draws no stripes. */
  rival: Side | null;
  /** Of the known share: 0 less than half, 1 up to 0.7, 2 above. */
  level: 0 | 1 | 2;
}

/** Lower bounds of the known share for each level. One neutral report of today is just above the upper one. */
export const KNOWN_LEVELS = [0, 0.5, 0.7] as const;

export function knownLevel(unknown: number): 0 | 1 | 2 {
  const known = 1 - unknown;
  return known >= KNOWN_LEVELS[2] ? 2 : known >= KNOWN_LEVELS[1] ? 1 : 0;
}

export function lookOf(area: Pick<AreaHistory, "states">, state: AreaState, sideOf: (code: string | null) => Side): AreaLook {
  const striped = state.status === "contested" || state.disputed;
  const [first, rival] = partiesOf(area, state);
  return {
    status: state.status,
    side: sideOf(first),
    rival: striped ? sideOf(rival) : null,
    level: state.status === null ? 0 : knownLevel(state.unknown),
  };
}

/** A share is drawn as the land on the map is, at its strongest. */
export function lookOfShare(who: string, sideOf: (code: string | null) => Side): AreaLook {
  if (who === "unknown") return { status: null, side: "unknown", rival: null, level: 0 };
  if (who === "contested") return { status: "contested", side: "jnim", rival: "state", level: 2 };
  if (who === "none_reported" || who === "abandoned") return { status: who, side: "unknown", rival: null, level: 2 };
  return { status: "control", side: sideOf(who), rival: null, level: 2 };
}

/** Areas of one key look the same, and are drawn as one. */
export function lookKey({ status, side, rival, level }: AreaLook): string {
  return `${status ?? "unknown"}/${side}/${rival ?? ""}/${level}`;
}

const ALPHA = { light: [0.26, 0.42, 0.58], dark: [0.36, 0.54, 0.72] } as const;
/** Influence is paler than control at the same known share. */
const INFLUENCE = 0.6;

export interface AreaPaint {
  fill: string | CanvasPattern;
  alpha: number;
  edge: string;
}

function tile(context: CanvasRenderingContext2D, size: number, draw: (pen: CanvasRenderingContext2D) => void): CanvasPattern | null {
  const density = 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * density;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.scale(density, density);
  draw(pen);
  const pattern = context.createPattern(canvas, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / density));
  return pattern;
}

/** Width of both bands together, in CSS pixels. */
const STRIPES = 16;

/** Diagonal bands of two hues. */
function stripes(context: CanvasRenderingContext2D, first: string, second: string): CanvasPattern | string {
  const pattern = tile(context, STRIPES, (pen) => {
    pen.fillStyle = first;
    pen.fillRect(0, 0, STRIPES, STRIPES);
    pen.strokeStyle = second;
    // A diagonal of the tile is longer than its side.
    pen.lineWidth = STRIPES * Math.SQRT1_2 * 0.5;
    for (const shift of [-STRIPES, 0, STRIPES]) {
      pen.beginPath();
      pen.moveTo(shift - 4, STRIPES + 4);
      pen.lineTo(shift + STRIPES + 4, -4);
      pen.stroke();
    }
  });
  return pattern ?? first;
}

/** Made once a palette: a pattern costs more to make than to use. */
const kept = new WeakMap<Palette, Map<string, AreaPaint>>();

export function areaPaint(context: CanvasRenderingContext2D, palette: Palette, look: AreaLook): AreaPaint {
  const key = lookKey(look);
  let paints = kept.get(palette);
  if (!paints) kept.set(palette, (paints = new Map()));
  let paint = paints.get(key);
  if (!paint) paints.set(key, (paint = makePaint(context, palette, look)));
  return paint;
}

function makePaint(context: CanvasRenderingContext2D, palette: Palette, { status, side, rival, level }: AreaLook): AreaPaint {
  const hue = palette.sides[side];
  const strength = ALPHA[palette.dark ? "dark" : "light"][level];
  if (status === null) return { fill: hatch(context, palette.muted, 7, 1), alpha: 0.55, edge: withAlpha(palette.muted, 0.55) };
  if (status === "none_reported" || status === "abandoned") {
    const dots = tile(context, 9, (pen) => {
      pen.fillStyle = pen.strokeStyle = palette.muted;
      pen.lineWidth = 1.2;
      pen.beginPath();
      if (status === "none_reported") pen.arc(4.5, 4.5, 1.1, 0, 2 * Math.PI);
      else {
        pen.moveTo(2.5, 2.5);
        pen.lineTo(6.5, 6.5);
        pen.moveTo(6.5, 2.5);
        pen.lineTo(2.5, 6.5);
        pen.stroke();
      }
      pen.fill();
    });
    return { fill: dots ?? palette.muted, alpha: 0.5 + 0.2 * level, edge: palette.muted };
  }
  const edge = side === "islamic_state" && palette.dark ? palette.darkHalo : side === "international" ? "#6b6300" : mix(hue, palette.paper, 0.15);
  if (rival !== null) {
    // Without a second party the other band is the ground.
    const second = rival === "unknown" ? palette.paper : palette.sides[rival];
    return { fill: stripes(context, hue, second), alpha: strength + 0.08, edge: withAlpha(palette.ink, 0.6) };
  }
  return { fill: hue, alpha: status === "influence" ? strength * INFLUENCE : strength, edge };
}

/** The sign of a change of hands whose day nobody reported: thin lines of who came after, across whatever is there. */
export function changePaint(context: CanvasRenderingContext2D, palette: Palette, { then }: Pick<Change, "then">, sideOf: (code: string | null) => Side): CanvasPattern | string {
  const side = sideOf(then);
  const hue = side === "islamic_state" && palette.dark ? "#d9d4c8" : palette.sides[side];
  return (
    tile(context, 11, (pen) => {
      pen.strokeStyle = hue;
      pen.lineWidth = 1.6;
      for (const shift of [-11, 0, 11]) {
        pen.beginPath();
        pen.moveTo(shift - 2, -2);
        pen.lineTo(shift + 13, 13);
        pen.stroke();
      }
    }) ?? hue
  );
}

/** A patch of land around (0, 0), for keys; null is blank. */
export function drawLand(context: CanvasRenderingContext2D, palette: Palette, look: AreaLook | null, width: number, height: number, changed = false): void {
  const [left, top] = [-width / 2, -height / 2];
  context.fillStyle = palette.land;
  context.fillRect(left, top, width, height);
  const paint = look && areaPaint(context, palette, look);
  if (paint) {
    context.fillStyle = paint.fill;
    context.globalAlpha = paint.alpha;
    context.fillRect(left, top, width, height);
    context.globalAlpha = 1;
  }
  if (changed) {
    context.fillStyle = changePaint(context, palette, { then: null }, () => "jnim");
    context.fillRect(left, top, width, height);
  }
  context.strokeStyle = changed ? palette.ink : (paint?.edge ?? palette.border);
  context.lineWidth = 1.2;
  if (changed) context.setLineDash([4, 3]);
  context.strokeRect(left, top, width, height);
  context.setLineDash([]);
}
