// Symbols of incidents: type is the shape, side the hue, confidence the lightness and edge. Used by the map and the legend.
// A canvas is drawn on at (0, 0); the caller translates.

import type { ConfidenceLevel } from "../format";
import type { EventType, Side } from "../types";
import { mix } from "./palette";
import type { Palette } from "./palette";

export type Shape = "circle" | "dotted-circle" | "triangle" | "square" | "diamond" | "cross" | "bar" | "split-circle" | "wedge" | "hexagon";

export const SHAPES: Record<EventType, Shape> = {
  battle: "circle",
  attack_on_civilians: "dotted-circle",
  explosion_or_remote: "triangle",
  abduction: "cross",
  looting_or_arson: "square",
  blockade_enforcement: "bar",
  convoy_attack: "split-circle",
  capture_of_place: "diamond",
  withdrawal_or_recapture: "diamond",
  protest_or_riot: "wedge",
  strategic_development: "hexagon",
  other: "hexagon",
};

function polygon(context: CanvasRenderingContext2D, points: [number, number][]): void {
  context.moveTo(...points[0]!);
  for (const point of points.slice(1)) context.lineTo(...point);
  context.closePath();
}

/** The outline, of about the same area for every shape. */
export function outline(context: CanvasRenderingContext2D, shape: Shape, r: number): void {
  context.beginPath();
  switch (shape) {
    case "triangle":
      polygon(context, [[0, -1.25 * r], [1.18 * r, 0.85 * r], [-1.18 * r, 0.85 * r]]);
      break;
    case "wedge":
      polygon(context, [[0, 1.25 * r], [1.18 * r, -0.85 * r], [-1.18 * r, -0.85 * r]]);
      break;
    case "square":
      context.rect(-0.9 * r, -0.9 * r, 1.8 * r, 1.8 * r);
      break;
    case "diamond":
      polygon(context, [[0, -1.3 * r], [1.3 * r, 0], [0, 1.3 * r], [-1.3 * r, 0]]);
      break;
    case "bar":
      context.rect(-1.4 * r, -0.55 * r, 2.8 * r, 1.1 * r);
      break;
    case "hexagon":
      polygon(
        context,
        [0, 1, 2, 3, 4, 5].map((i): [number, number] => [1.08 * r * Math.sin((i * Math.PI) / 3), 1.08 * r * Math.cos((i * Math.PI) / 3)]),
      );
      break;
    case "cross": {
      const a = 0.42 * r;
      const b = 1.22 * r;
      const arms: [number, number][] = [[-a, -b], [a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a]];
      const half = Math.SQRT1_2;
      polygon(context, arms.map(([x, y]): [number, number] => [(x - y) * half, (x + y) * half]));
      break;
    }
    default:
      context.arc(0, 0, r, 0, 2 * Math.PI);
  }
}

/** Lighter for less confidence, but no state is mixed into the blue of self-defence groups; an unattributed act is hollow whatever
 * the confidence. */
export function fillFor(palette: Palette, side: Side, confidence: ConfidenceLevel): string {
  if (side === "unknown") return palette.land;
  if (confidence === "high") return palette.sides[side];
  return mix(palette.sides[side], palette.paper, confidence === "medium" ? 0.28 : 0.72);
}

export function drawIncident(
  context: CanvasRenderingContext2D,
  palette: Palette,
  type: EventType,
  side: Side,
  confidence: ConfidenceLevel,
  r: number,
): void {
  const shape = SHAPES[type];
  const hue = palette.sides[side];
  const bright = side === "international";
  context.save();
  context.lineJoin = "round";
  // Casing, so that neighbours and the near-black side stand off the map.
  outline(context, shape, r);
  context.strokeStyle = side === "islamic_state" ? palette.darkHalo : palette.edge;
  context.lineWidth = side === "islamic_state" ? 4 : 3.2;
  context.stroke();
  context.fillStyle = fillFor(palette, side, confidence);
  context.fill();
  context.strokeStyle = bright ? "#6b6300" : hue;
  context.lineWidth = side === "unknown" ? 1.8 : 1.2;
  context.setLineDash(confidence === "low" || confidence === "unknown" ? [2.2, 1.8] : []);
  context.stroke();
  context.setLineDash([]);
  const inner = side === "unknown" || confidence !== "high" || bright ? (bright ? "#4a4400" : hue) : palette.paper;
  const mark = side === "islamic_state" ? (confidence === "high" ? "#fffdf8" : hue) : inner;
  if (shape === "dotted-circle") {
    context.beginPath();
    context.arc(0, 0, r * 0.36, 0, 2 * Math.PI);
    context.fillStyle = mark;
    context.fill();
  } else if (shape === "split-circle") {
    context.beginPath();
    context.moveTo(-r * 0.95, 0);
    context.lineTo(r * 0.95, 0);
    context.strokeStyle = mark;
    context.lineWidth = r * 0.42;
    context.stroke();
  } else if (type === "withdrawal_or_recapture") {
    outline(context, "diamond", r * 0.42);
    context.fillStyle = mark;
    context.fill();
  }
  context.restore();
}

/** A hatch of lines in one colour, for areas that are not known more finely. */
export function hatch(context: CanvasRenderingContext2D, colour: string, gap: number, width: number, background?: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  const density = 2;
  tile.width = tile.height = gap * density;
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.scale(density, density);
  if (background) {
    pen.fillStyle = background;
    pen.fillRect(0, 0, gap, gap);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  for (const shift of [-gap, 0, gap]) {
    pen.beginPath();
    pen.moveTo(shift - 1, gap + 1);
    pen.lineTo(shift + gap + 1, -1);
    pen.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) return colour;
  pattern.setTransform(new DOMMatrix().scale(1 / density));
  return pattern;
}

export function withAlpha(hex: string, alpha: number): string {
  const channel = (i: number) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  return `rgba(${channel(0)}, ${channel(1)}, ${channel(2)}, ${alpha})`;
}

/** Symbol with the sign of its place precision: 1 hard-edged, 2 in a soft disc, 3 small in a hatched, dashed one. */
export function drawPlaced(
  context: CanvasRenderingContext2D,
  palette: Palette,
  type: EventType,
  side: Side,
  confidence: ConfidenceLevel,
  geoPrecision: number | null,
  r: number,
  discRadius: number,
): void {
  const hue = side === "islamic_state" && palette.ink !== "#26221c" ? "#d9d4c8" : palette.sides[side];
  if (geoPrecision === 2) {
    const gradient = context.createRadialGradient(0, 0, discRadius * 0.25, 0, 0, discRadius);
    gradient.addColorStop(0, withAlpha(hue, 0.4));
    gradient.addColorStop(0.65, withAlpha(hue, 0.2));
    gradient.addColorStop(1, withAlpha(hue, 0));
    context.fillStyle = gradient;
    context.beginPath();
    context.arc(0, 0, discRadius, 0, 2 * Math.PI);
    context.fill();
    drawIncident(context, palette, type, side, confidence, r * 0.9);
  } else if (geoPrecision !== 1) {
    context.save();
    context.beginPath();
    context.arc(0, 0, discRadius, 0, 2 * Math.PI);
    context.fillStyle = withAlpha(hue, 0.08);
    context.fill();
    context.fillStyle = hatch(context, withAlpha(hue, 0.34), 6, 1);
    context.fill();
    context.strokeStyle = withAlpha(hue, 0.75);
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.stroke();
    context.restore();
    drawIncident(context, palette, type, side, confidence, r * 0.72);
  } else {
    drawIncident(context, palette, type, side, confidence, r);
  }
}
