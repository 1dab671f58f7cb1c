// A dial from nothing to all: a band for the interval, a mark for the figure on the statuses as reported. Its text says the same.

import { el } from "../dom";

const SPACE = "http://www.w3.org/2000/svg";
const [CENTRE, RADIUS, WIDTH] = [100, 82, 20];

/** A point on the arc; 0 is its left end, 1 its right. */
function point(share: number, radius: number): [number, number] {
  const angle = Math.PI * (1 - Math.min(1, Math.max(0, share)));
  return [CENTRE + radius * Math.cos(angle), CENTRE - radius * Math.sin(angle)];
}

/** The path of the arc between two shares; never so short that it cannot be seen. */
export function arcPath(from: number, to: number): string {
  const least = 0.012;
  const middle = (from + to) / 2;
  const [a, b] = to - from < least ? [Math.max(0, middle - least / 2), Math.min(1, middle + least / 2)] : [from, to];
  const [[x0, y0], [x1, y1]] = [point(a, RADIUS), point(b, RADIUS)];
  return `M${x0.toFixed(2)} ${y0.toFixed(2)}A${RADIUS} ${RADIUS} 0 0 1 ${x1.toFixed(2)} ${y1.toFixed(2)}`;
}

function part(name: string, attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export interface DialShow {
  /** Shares; null when there is no figure. */
  value: number | null;
  lo: number;
  hi: number;
  /** The large text. */
  text: string;
  /** The small text below it. */
  note: string;
  /** All of it in words. */
  spoken: string;
  /** Nobody reported anything: the band says what is possible, not what was said. */
  unknown: boolean;
}

export interface Dial {
  node: HTMLElement;
  show: (what: DialShow) => void;
}

/** `how` tells the measure from its neighbour. */
export function makeDial(name: string, how: string): Dial {
  const band = part("path", { class: "dial-band", "stroke-width": String(WIDTH) });
  const mark = part("line", { class: "dial-mark" });
  const svg = part("svg", { viewBox: "0 0 200 112", "aria-hidden": "true" });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const [[x1, y1], [x2, y2]] = [point(share, RADIUS - WIDTH / 2 - 6), point(share, RADIUS - WIDTH / 2 - 2)];
    return part("line", { class: "dial-tick", x1: x1.toFixed(2), y1: y1.toFixed(2), x2: x2.toFixed(2), y2: y2.toFixed(2) });
  });
  svg.append(part("path", { class: "dial-track", d: arcPath(0, 1), "stroke-width": String(WIDTH) }), band, ...ticks, mark);
  const text = el("span", { class: "dial-text" });
  const note = el("span", { class: "dial-note" });
  const head = el("div", { class: "dial-head", "aria-hidden": "true" }, el("b", {}, name), el("span", {}, how));
  const spokenName = `${name} (${how})`;
  const node = el("div", { class: "dial", "aria-label": spokenName }, head, svg, el("div", { class: "dial-words", "aria-hidden": "true" }, text, note));
  return {
    node,
    show(what) {
      text.textContent = what.text;
      note.textContent = what.note;
      node.toggleAttribute("data-unknown", what.unknown);
      const { value } = what;
      band.setAttribute("visibility", value === null ? "hidden" : "visible");
      mark.setAttribute("visibility", value === null || what.unknown ? "hidden" : "visible");
      if (value === null) {
        // A meter needs a value; without one it is a picture with a text.
        node.setAttribute("role", "img");
        for (const gone of ["aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"]) node.removeAttribute(gone);
        node.setAttribute("aria-label", `${spokenName}: ${what.spoken}`);
        return;
      }
      node.setAttribute("role", "meter");
      node.setAttribute("aria-label", spokenName);
      node.setAttribute("aria-valuemin", "0");
      node.setAttribute("aria-valuemax", "100");
      node.setAttribute("aria-valuenow", String(Math.round(value * 100)));
      node.setAttribute("aria-valuetext", what.spoken);
      band.setAttribute("d", arcPath(what.lo, what.hi));
      const [[x1, y1], [x2, y2]] = [point(value, RADIUS - WIDTH / 2 - 4), point(value, RADIUS + WIDTH / 2 + 4)];
      for (const [key, at] of Object.entries({ x1, y1, x2, y2 })) mark.setAttribute(key, at.toFixed(2));
    },
  };
}
