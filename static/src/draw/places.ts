// Symbols of places: who is reported to hold a town (square), and a ring for a blockade. Used by the map and the legend.

import type { ConfidenceLevel } from "../format";
import type { Side } from "../types";
import { mix } from "./palette";
import type { Palette } from "./palette";
import { withAlpha } from "./symbols";

export interface PlaceSymbol {
  /** Null when no report covers the date. */
  status: string | null;
  side: Side;
  blockade: string | null;
  blockadeSide: Side;
  confidence: ConfidenceLevel;
  /** For a contested place: the side reported to hold it before, when that is another one. */
  otherSide: Side | null;
  /** 1 lately confirmed, 0.8 within two years, 0.6 longer ago. */
  freshness: number;
}

/** Half the side of the square, in CSS pixels. */
export const PLACE_SIZE = 6;

/**
 * The hue, a little lighter for less confidence and age. The range is narrow: the state's blue must never come near the
 * lighter blue of self-defence groups.
 */
export function strong(palette: Palette, side: Side, confidence: ConfidenceLevel, freshness: number): string {
  const doubt = confidence === "high" ? 0 : confidence === "medium" ? 0.08 : 0.14;
  return mix(palette.sides[side], palette.paper, doubt + (freshness < 1 ? 0.06 : 0));
}

export function drawPlace(context: CanvasRenderingContext2D, palette: Palette, symbol: PlaceSymbol, size: number): void {
  // Two hues in one square take room to be told apart.
  const s = symbol.status === "contested" ? size * 1.22 : size;
  const hue = palette.sides[symbol.side];
  context.save();
  if (symbol.status === null) {
    context.beginPath();
    context.arc(0, 0, s * 0.5, 0, 2 * Math.PI);
    context.fillStyle = palette.paper;
    context.fill();
    context.strokeStyle = palette.muted;
    context.lineWidth = 1.1;
    context.stroke();
    context.restore();
    return;
  }
  if (symbol.blockade !== "unknown") drawBlockade(context, palette, symbol.blockade, symbol.blockadeSide, s);
  const box = () => {
    context.beginPath();
    context.rect(-s, -s, 2 * s, 2 * s);
  };
  box();
  context.strokeStyle = symbol.side === "islamic_state" ? palette.darkHalo : palette.edge;
  context.lineWidth = symbol.side === "islamic_state" ? 3.6 : 3;
  context.stroke();
  context.fillStyle = palette.paper;
  context.fill();
  // Long unconfirmed: a smaller square within a pale frame, so that the hue keeps its strength. Two hues need the whole square.
  const faded = symbol.freshness < 0.7 && symbol.status !== "contested";
  const inner = faded ? s * 0.58 : s;
  const core = () => {
    context.beginPath();
    context.rect(-inner, -inner, 2 * inner, 2 * inner);
  };
  context.strokeStyle = symbol.side === "international" ? "#6b6300" : hue;
  context.lineWidth = 1.4;
  const fill = strong(palette, symbol.side, symbol.confidence, symbol.freshness);
  if (faded) {
    context.globalAlpha = 0.55;
    context.strokeStyle = palette.muted;
    context.lineWidth = 1;
    context.stroke();
    context.globalAlpha = 1;
    context.strokeStyle = symbol.side === "international" ? "#6b6300" : hue;
    context.lineWidth = 1.2;
  }
  core();
  if (symbol.status === "control") {
    context.fillStyle = fill;
    context.fill();
    context.stroke();
  } else if (symbol.status === "contested") {
    if (symbol.otherSide) {
      context.fillStyle = strong(palette, symbol.otherSide, symbol.confidence, symbol.freshness);
      context.fill();
    }
    stripes(context, fill, inner, symbol.otherSide ? null : palette.paper);
    core();
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.1;
    context.stroke();
  } else if (symbol.status === "influence") {
    context.fillStyle = withAlpha(hue, 0.24);
    context.fill();
    context.setLineDash([2.5, 2]);
    context.stroke();
  } else if (symbol.status === "presence") {
    context.stroke();
    context.beginPath();
    context.arc(0, 0, inner * 0.42, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  } else if (symbol.status === "abandoned") {
    context.strokeStyle = palette.muted;
    context.stroke();
    context.beginPath();
    context.moveTo(-inner, -inner);
    context.lineTo(inner, inner);
    context.moveTo(inner, -inner);
    context.lineTo(-inner, inner);
    context.strokeStyle = hue;
    context.stroke();
  } else {
    context.strokeStyle = palette.muted;
    context.stroke();
    context.beginPath();
    context.moveTo(-s * 0.5, 0);
    context.lineTo(s * 0.5, 0);
    context.stroke();
  }
  context.restore();
}

/** Below this half side three bands would blur into one colour: then the square is cut in two. */
const FINE = 8;

/** Diagonal bands inside the square, drawn sharp, with a thin line of paper between them: a repeated pattern would blur two hues into a third. */
function stripes(context: CanvasRenderingContext2D, colour: string, s: number, ground: string | null): void {
  context.save();
  context.clip();
  if (s < FINE) {
    context.beginPath();
    context.moveTo(-s, s);
    context.lineTo(s, -s);
    context.lineTo(s, s);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    context.beginPath();
    context.moveTo(-s, s);
    context.lineTo(s, -s);
    context.strokeStyle = ground ?? "rgba(255, 253, 248, 0.95)";
    context.lineWidth = 1.3;
    context.stroke();
  } else {
    context.strokeStyle = colour;
    context.lineWidth = s * 0.52;
    for (const shift of [-1.45, 0, 1.45]) {
      context.beginPath();
      context.moveTo((shift - 1.3) * s, 1.3 * s);
      context.lineTo((shift + 1.3) * s, -1.3 * s);
      context.stroke();
    }
  }
  context.restore();
}

/** A ring in the hue of the party reported to impose it: whole when full, broken when partial, thin dots when the last report of it is too old. */
export function drawBlockade(context: CanvasRenderingContext2D, palette: Palette, blockade: string | null, side: Side, s: number): void {
  if (blockade !== "full" && blockade !== "partial" && blockade !== "unknown") return;
  const radius = s * 1.95;
  context.save();
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.strokeStyle = side === "islamic_state" ? palette.darkHalo : palette.edge;
  context.lineWidth = blockade === "unknown" ? 3.4 : 5.5;
  context.stroke();
  context.strokeStyle = palette.sides[side];
  context.lineWidth = blockade === "unknown" ? 1.4 : 2.8;
  if (blockade === "partial") {
    const arc = (radius * Math.PI) / 4;
    context.setLineDash([arc * 0.62, arc * 0.38]);
  }
  if (blockade === "unknown") context.setLineDash([1.4, 3.2]);
  context.stroke();
  context.restore();
}
