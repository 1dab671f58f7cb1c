// Layers with their keys: a switch for each layer and what its symbols mean. Swatches come from the drawing code of the map.

import { el } from "../dom";
import { KNOWN_LEVELS, drawLand } from "../draw/areas";
import type { AreaLook } from "../draw/areas";
import { dotRadius, sizeOf } from "../draw/dots";
import { drawBlockade, drawPlace } from "../draw/places";
import type { PlaceSymbol } from "../draw/places";
import { ROAD_AGES, strokeRoad } from "../draw/roads";
import { drawIncident, drawPlaced } from "../draw/symbols";
import { formatNumber, label } from "../format";
import { t } from "../i18n/index";
import { MOST_SYMBOLS } from "../layers/incidents";
import { REGION_ALPHA, classBounds } from "../layers/regions";
import type { Page } from "../page";
import type { LayerName } from "../state";
import { CORRIDOR_STATUSES, EVENT_TYPES } from "../types";
import type { CorridorStatus, Side } from "../types";
import { swatch } from "./parts";

/** Sides that share a hue share a line. */
const SIDE_ROWS: { side: Side; key: string }[] = [
  { side: "state", key: "side.state" },
  { side: "foreign_ally", key: "side.foreign_ally" },
  { side: "jnim", key: "side.jnim" },
  { side: "islamic_state", key: "side.islamic_state" },
  { side: "separatist", key: "side.separatist" },
  { side: "self_defence", key: "side.self_defence" },
  { side: "international", key: "side.international" },
  { side: "civilian", key: "legend.civilianOther" },
  { side: "unknown", key: "side.unknown" },
];

export function renderLegend(page: Page): HTMLElement[] {
  return [
    el("p", { class: "quiet" }, t("legend.intro")),
    section(page, "incidents", t("layer.incidents"), incidentKey(page)),
    section(page, "control", t("layer.control"), controlKey(page)),
    section(page, "areas", t("layer.areas"), areaKey(page)),
    frontSection(page),
    section(page, "corridors", t("layer.corridors"), corridorKey(page)),
    section(page, "regions", t("layer.regions"), regionKey(page)),
    section(page, "labels", t("layer.labels"), []),
  ];
}

function section(page: Page, layer: LayerName, title: string, key: Node[]): HTMLElement {
  const input = el("input", { type: "checkbox", id: `layer-${layer}`, checked: page.isOn(layer) });
  const body = el("div", { class: "key" }, ...key);
  body.hidden = !page.isOn(layer);
  input.addEventListener("change", () => {
    const others = page.store.get().layers.filter((name) => name !== layer);
    page.store.set({ layers: input.checked ? [...others, layer] : others });
    body.hidden = !input.checked;
  });
  return el(
    "section",
    { class: "layer" },
    el("h3", {}, el("label", { class: "switch" }, input, el("span", { class: "knob" }), el("span", {}, title))),
    body,
  );
}

/** Its key is loaded when the layer is on. */
function frontSection(page: Page): HTMLElement {
  const node = section(page, "front", t("layer.front"), []);
  const body = node.querySelector<HTMLElement>(".key")!;
  const fill = () => page.isOn("front") && void import("./frontkey").then(({ frontKey }) => body.replaceChildren(...frontKey(page)), () => undefined);
  fill();
  node.querySelector("input")!.addEventListener("change", fill);
  page.bus.on("front", () => body.isConnected && fill());
  return node;
}

function line(picture: Node, text: string): HTMLElement {
  return el("li", {}, picture, el("span", {}, text));
}

function list(...items: HTMLElement[]): HTMLElement {
  return el("ul", { class: "keys" }, ...items);
}

function sideKey(page: Page): HTMLElement {
  return el(
    "ul",
    { class: "keys two" },
    ...SIDE_ROWS.map(({ side, key }) =>
      line(swatch(18, 18, (context) => drawIncident(context, page.palette(), "battle", side, "high", 5.2)), t(key)),
    ),
  );
}

function incidentKey(page: Page): Node[] {
  const palette = page.palette();
  const types = EVENT_TYPES.filter((type) => type !== "other");
  return [
    el("h4", {}, t("legend.side")),
    sideKey(page),
    el("h4", {}, t("legend.type")),
    el(
      "ul",
      { class: "keys two" },
      ...types.map((type) =>
        line(swatch(18, 18, (context) => drawIncident(context, palette, type, "civilian", "high", 5.2)), label("type", type)),
      ),
    ),
    el("h4", {}, t("legend.precision")),
    list(
      line(swatch(46, 30, (context) => drawPlaced(context, palette, "battle", "jnim", "high", 1, 5.4, 14)), t("precision.geo.1")),
      line(swatch(46, 30, (context) => drawPlaced(context, palette, "battle", "jnim", "high", 2, 5.4, 14)), t("precision.geo.2")),
      line(swatch(46, 30, (context) => drawPlaced(context, palette, "battle", "jnim", "high", 3, 5.4, 14)), t("precision.geo.3")),
    ),
    el("p", { class: "quiet" }, t("legend.discNote")),
    el("h4", {}, t("legend.confidence")),
    el(
      "ul",
      { class: "keys inline" },
      ...(["high", "medium", "low"] as const).map((level) =>
        line(swatch(18, 18, (context) => drawIncident(context, palette, "battle", "jnim", level, 5.2)), t(`confidence.${level}`)),
      ),
    ),
    el("p", { class: "quiet" }, t("legend.badge")),
    el("h4", {}, t("legend.dots")),
    el(
      "ul",
      { class: "keys inline" },
      ...[1, 5, 20, 100].map((count) =>
        line(
          swatch(18, 18, (context) => {
            context.beginPath();
            context.arc(0, 0, dotRadius(sizeOf(count)) + 0.4, 0, 2 * Math.PI);
            context.fillStyle = palette.sides.jnim;
            context.fill();
          }),
          count === 1 ? "1" : `${formatNumber(count)}+`,
        ),
      ),
    ),
    el("p", { class: "quiet" }, t("legend.dotsText", { count: formatNumber(MOST_SYMBOLS) })),
  ];
}

function controlKey(page: Page): Node[] {
  const palette = page.palette();
  const base: PlaceSymbol = {
    status: "control",
    side: "state",
    otherSide: null,
    blockade: null,
    blockadeSide: "jnim",
    confidence: "high",
    freshness: 1,
  };
  const item = (patch: Partial<PlaceSymbol>, text: string) =>
    line(swatch(30, 30, (context) => drawPlace(context, palette, { ...base, ...patch }, 6)), text);
  return [
    el("p", { class: "quiet" }, t("legend.controlNote")),
    list(
      item({}, t("legend.controlExample")),
      item({ side: "jnim", otherSide: "state", status: "contested" }, t("legend.contested")),
      item({ side: "jnim", status: "influence" }, t("status.influence")),
      item({ side: "jnim", status: "presence" }, t("status.presence")),
      item({ status: "abandoned", side: "state" }, t("status.abandoned")),
      item({ status: "none_reported" }, t("status.none_reported")),
      item({ status: null }, t("legend.controlUnknown")),
      item({ blockade: "full" }, t("legend.blockadeFull")),
      item({ blockade: "partial" }, t("legend.blockadePartial")),
      item({ freshness: 0.6 }, t("legend.faded")),
    ),
  ];
}

function areaKey(page: Page): Node[] {
  const palette = page.palette();
  const base: AreaLook = { status: "control", side: "state", rival: null, level: 2 };
  const item = (patch: Partial<AreaLook> | null, text: string, changed = false) =>
    line(swatch(34, 22, (context) => drawLand(context, palette, patch && { ...base, ...patch }, 30, 18, changed)), text);
  const ring = (degree: string, text: string) => line(swatch(34, 26, (context) => drawBlockade(context, palette, degree, "jnim", 5)), text);
  const percent = (level: 1 | 2) => formatNumber(KNOWN_LEVELS[level] * 100);
  return [
    el("p", { class: "quiet" }, t("legend.areasNote")),
    list(
      item({}, t("legend.areaStrong", { share: percent(2) })),
      item({ level: 1 }, t("legend.areaMiddle", { from: percent(1), to: percent(2) })),
      item({ level: 0 }, t("legend.areaWeak", { share: percent(1) })),
      item({ side: "jnim", status: "influence" }, t("standing.influence")),
      item({ status: "contested", side: "jnim", rival: "state" }, t("legend.areaContested")),
      item({ status: null, level: 0 }, t("legend.areaUnknown")),
      item(null, t("legend.areaBlank")),
      item({ level: 0 }, t("legend.areaChanged"), true),
      item({ status: "none_reported" }, t("standing.none_reported")),
      item({ status: "abandoned" }, t("standing.abandoned")),
      ring("full", t("legend.blockadeFull")),
      ring("unknown", t("legend.blockadeUnknown")),
    ),
    el("p", { class: "quiet" }, t("legend.areasTowns")),
  ];
}

function corridorKey(page: Page): Node[] {
  const palette = page.palette();
  const road = (status: CorridorStatus, strength = 1) =>
    swatch(46, 14, (context) =>
      strokeRoad(
        context,
        palette,
        status,
        () => {
          context.beginPath();
          context.moveTo(-21, 0);
          context.lineTo(21, 0);
        },
        strength,
      ),
    );
  return [
    el("p", { class: "quiet" }, `${t("legend.corridorNote")} ${t("legend.corridorShared")}`),
    list(...[...CORRIDOR_STATUSES, "unknown" as const].map((status) => line(road(status), t(`road.${status}`)))),
    el("p", { class: "quiet" }, t("legend.corridorIncidents")),
    el("h4", {}, t("legend.corridorAge")),
    list(...ROAD_AGES.map(({ strength }, i) => line(road("blocked", strength), t(`legend.corridorAge.${i}`)))),
  ];
}

function regionKey(page: Page): Node[] {
  const palette = page.palette();
  const box = (fill: string) =>
    swatch(26, 16, (context) => {
      context.fillStyle = palette.land;
      context.fillRect(-12, -7, 24, 14);
      context.fillStyle = fill;
      context.globalAlpha = REGION_ALPHA;
      context.fillRect(-12, -7, 24, 14);
      context.globalAlpha = 1;
      context.strokeStyle = palette.border;
      context.lineWidth = 1;
      context.strokeRect(-12, -7, 24, 14);
    });
  return [
    el("p", { class: "quiet" }, t("legend.regionNote")),
    el(
      "ul",
      { class: "keys two" },
      line(box(palette.land), t("legend.noReport")),
      ...classBounds(page).map((bound, i, bounds) => {
        const next = bounds[i + 1];
        const text = next === undefined ? t("legend.orMore", { from: bound }) : next - 1 === bound ? String(bound) : `${bound}–${next - 1}`;
        return line(box(palette.regionRamp[i]!), text);
      }),
    ),
  ];
}
