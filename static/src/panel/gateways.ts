// Gateways of a town with the corridors behind each, by name, and the reported bottlenecks. Never in an order that would advise on a road.

import type { Bottleneck, Gateway, GatewayCorridor, SupplyDocument } from "../data/supply";
import { el } from "../dom";
import { strokeRoad } from "../draw/roads";
import { formatConfidence, formatIso, formatNumber, label } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { CORRIDOR_STATUSES } from "../types";
import type { CorridorStatus } from "../types";
import { formatRange, formatShare, formatSince } from "./figures";
import { DATA_LANGUAGE, row, sources, swatch } from "./parts";

const statusOf = (text: string): CorridorStatus => CORRIDOR_STATUSES.find((known) => known === text) ?? "unknown";

/** The line of the map beside the word. */
function roadSwatch(page: Page, status: CorridorStatus): HTMLElement {
  return swatch(34, 12, (context) =>
    strokeRoad(context, page.palette(), status, () => {
      context.beginPath();
      context.moveTo(-15, 0);
      context.lineTo(15, 0);
    }),
  );
}

function actor(page: Page, code: string | null): string | null {
  return code === null || code === "" ? null : t("supply.by", { actor: page.actorName(code) });
}

function sourceBox(text: string | null): HTMLElement[] {
  return text ? [el("details", { class: "cited" }, el("summary", {}, t("details.sources")), sources(text))] : [];
}

function corridor(page: Page, road: GatewayCorridor): HTMLElement {
  const status = statusOf(road.status);
  const choose = el("button", { type: "button", class: "road-name" }, road.name);
  choose.addEventListener("click", () => page.store.set({ selected: `corridor/${road.corridor}` }));
  const facts =
    status === "unknown"
      ? [t("details.roadUnknown")]
      : [
          t("supply.since", { date: formatSince(road.since, road.since_precision) }),
          actor(page, road.actor),
          road.last_source_date ? t("supply.lastSource", { date: formatIso(road.last_source_date) }) : null,
          t("supply.confidence", { level: formatConfidence(road.confidence) }),
        ];
  return el(
    "li",
    {},
    roadSwatch(page, status),
    el("div", {}, choose, el("p", {}, el("b", {}, t(`road.${status}`))), el("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")), ...sourceBox(road.source)),
  );
}

function gateway(page: Page, at: Gateway): HTMLElement {
  const share = `${formatShare(at.share.value)}${at.share_is_default ? ` – ${t("supply.shareDefault")}` : at.share.lo === at.share.hi ? "" : ` (${formatRange(at.share)})`}`;
  const factor = at.detour_factor ? Math.round(at.detour_factor.value * 10) / 10 : null;
  const detour = factor === null ? t("supply.noRoute") : factor === 1 ? t("supply.noDetour") : t("supply.times", { factor: formatNumber(factor) });
  return el(
    "li",
    { class: "gateway" },
    el("h4", {}, at.gateway),
    el(
      "dl",
      { class: "facts" },
      ...row(t("details.status"), label("gateway", at.state)),
      ...(at.since && at.state !== "open" ? row(t("details.since"), formatSince(at.since, at.since_precision)) : []),
      ...(at.strict_state === at.state ? [] : row(t("supply.strict"), label("gateway", at.strict_state))),
      ...(at.state === "unknown" ? [] : row(t("supply.detour"), detour)),
      ...row(t("supply.share"), share),
      ...row(t("supply.lastSourceDate"), at.last_source_date ? formatIso(at.last_source_date) : t("word.unknown")),
    ),
    ...(at.weight_source === null ? [] : [el("p", { class: "quiet", lang: DATA_LANGUAGE }, at.weight_source)]),
    el("ul", { class: "roads" }, ...at.corridors.map((road) => corridor(page, road))),
  );
}

function bottleneck(page: Page, stretch: Bottleneck): HTMLElement {
  const status = statusOf(stretch.status);
  const facts = [
    stretch.basis === "incidents" ? t("road.byIncidents") : stretch.since ? t("supply.since", { date: formatSince(stretch.since, stretch.since_precision) }) : null,
    actor(page, stretch.actor),
    stretch.last_source_date ? t("supply.lastSource", { date: formatIso(stretch.last_source_date) }) : null,
  ];
  return el(
    "li",
    {},
    roadSwatch(page, status),
    el(
      "div",
      {},
      el("p", {}, `${stretch.from} – ${stretch.to}: `, el("b", {}, t(`road.${status}`))),
      el("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
      ...sourceBox(stretch.source),
    ),
  );
}

export function gatewayList(page: Page, answer: SupplyDocument): HTMLElement[] {
  return [
    el("h3", {}, t("supply.gateways")),
    el("p", { class: "quiet" }, t("supply.gatewaysNote")),
    answer.gateways.length > 0 ? el("ul", { class: "gateways" }, ...answer.gateways.map((at) => gateway(page, at))) : el("p", {}, t("supply.noGateway")),
    el("h3", {}, t("supply.bottlenecks")),
    el("p", { class: "quiet" }, t("supply.bottlenecksNote")),
    answer.bottlenecks.length > 0
      ? el("ul", { class: "roads" }, ...answer.bottlenecks.map((stretch) => bottleneck(page, stretch)))
      : el("p", {}, t("supply.noBottleneck")),
  ];
}

/** What the figures must be read with: caveats, the defaults behind them, and where the reports are from. */
export function readWith(answer: Pick<SupplyDocument, "caveats" | "parameters" | "sources">): HTMLElement[] {
  return [
    el("h3", {}, t("supply.caveats")),
    el("ul", { class: "caveats", lang: DATA_LANGUAGE }, ...[...new Set(answer.caveats)].map((caveat) => el("li", {}, caveat))),
    el(
      "details",
      { class: "lost" },
      el("summary", {}, t("supply.parameters")),
      el(
        "dl",
        { class: "parameters", lang: DATA_LANGUAGE },
        ...answer.parameters.flatMap(({ name, value, unit, meaning, source }) => [
          el("dt", {}, `${name.replace(/_/g, " ")}: ${value}${unit ? ` ${unit}` : ""}`),
          el("dd", {}, `${meaning} (${source})`),
        ]),
      ),
    ),
    el(
      "p",
      { class: "quiet" },
      // A version of digits and hyphens would turn round in a text from right to left.
      ...answer.sources.map(({ dataset, version, licence }, i) => el("span", {}, i > 0 ? " · " : "", t("details.dataset", { dataset }), ", ", el("bdi", { dir: "ltr" }, [version, licence].filter(Boolean).join(", ")))),
    ),
  ];
}
