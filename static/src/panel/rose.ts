// The rose of speeds: eight sectors around the origin, each as long as first reports moved in it, with a whisker for the interval. The same as a
// table. A sector without enough evidence is drawn as an empty outline, never as a short one.

import { shown } from "../data/front";
import type { Sector } from "../data/front";
import { el } from "../dom";
import { formatNumber } from "../format";
import { t } from "../i18n/index";

const SPACE = "http://www.w3.org/2000/svg";
const [CENTRE, RADIUS] = [110, 78];
/** Half the angle of a petal, in degrees. */
const HALF = 17;

function part(name: string, attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** A point so far out at a bearing (0 north, clockwise). */
function point(bearing: number, out: number): string {
  const angle = (bearing * Math.PI) / 180;
  return `${(CENTRE + out * Math.sin(angle)).toFixed(1)} ${(CENTRE - out * Math.cos(angle)).toFixed(1)}`;
}

function petal(bearing: number, out: number): string {
  return `M${CENTRE} ${CENTRE}L${point(bearing - HALF, out)}A${out.toFixed(1)} ${out.toFixed(1)} 0 0 1 ${point(bearing + HALF, out)}Z`;
}

const speedText = (value: number) => formatNumber(Number(value.toFixed(1)));

export function speedRose(sectors: readonly Sector[], name: (sector: string) => string): HTMLElement {
  const speeds = sectors.map(({ speed }) => shown(speed));
  const most = Math.max(1, ...speeds.map((speed) => speed?.hi ?? 0));
  const scale = RADIUS / most;
  const svg = part("svg", { viewBox: "0 0 220 232", class: "rose", "aria-hidden": "true" });
  for (const share of [0.5, 1]) svg.append(part("circle", { cx: String(CENTRE), cy: String(CENTRE), r: String(RADIUS * share), class: "rose-ring" }));
  sectors.forEach(({ sector, bearing_deg: bearing }, i) => {
    const speed = speeds[i];
    if (speed) {
      svg.append(part("path", { d: petal(bearing, Math.max(2, speed.value * scale)), class: "rose-petal" }));
      const [from, to] = [point(bearing, Math.max(0, speed.lo) * scale), point(bearing, speed.hi * scale)];
      const caps = [speed.lo, speed.hi].map((value) => `M${point(bearing - 4, Math.max(0, value) * scale)}L${point(bearing + 4, Math.max(0, value) * scale)}`);
      svg.append(part("path", { d: `M${from}L${to}${caps.join("")}`, class: "rose-whisker" }));
    } else svg.append(part("path", { d: petal(bearing, RADIUS * 0.3), class: "rose-empty" }));
    const [x, y] = point(bearing, RADIUS + 17).split(" ");
    const text = part("text", { x: x!, y: String(Number(y) + 4), "text-anchor": "middle", class: "rose-name" });
    text.textContent = t(`front.short.${sector}`);
    svg.append(text);
  });
  const scaleText = part("text", { x: String(CENTRE), y: "226", "text-anchor": "middle", class: "rose-scale" });
  if (speeds.some(Boolean)) scaleText.textContent = t("front.roseScale", { speed: t("front.kmMonth", { value: speedText(most) }) });
  svg.append(scaleText);
  const table = el(
    "table",
    { class: "figures" },
    el("caption", {}, t("front.rose")),
    el("thead", {}, el("tr", {}, ...["sector", "speed", "cells"].map((column) => el("th", { scope: "col" }, t(`front.rose.${column}`))))),
    el(
      "tbody",
      {},
      ...sectors.map(({ sector, affected, cells }, i) => {
        const speed = speeds[i];
        const words = speed ? t("supply.countRange", { value: speedText(speed.value), low: speedText(speed.lo), high: speedText(speed.hi) }) : t("front.insufficient");
        return el("tr", {}, el("th", { scope: "row" }, name(sector)), el("td", {}, words), el("td", {}, t("front.ofCells", { affected: formatNumber(affected), cells: formatNumber(cells) })));
      }),
    ),
  );
  return el("div", { class: "rose-box" }, svg, el("p", { class: "quiet" }, t("front.roseNote")), table);
}
