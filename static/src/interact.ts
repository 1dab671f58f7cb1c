// Pointer on the map: what lies under it, a note beside it, and the selection a click makes.

import { areaAt } from "./data/areas";
import type { AreaHistory } from "./data/areas";
import { byDrawn, corridorStatus, stateAt } from "./data/history";
import type { PlaceHistory } from "./data/history";
import { byId, el } from "./dom";
import { formatWhen, label } from "./format";
import { plural, t } from "./i18n/index";
import type { RoadHit } from "./layers/corridors";
import { spotName } from "./layers/incidents";
import type { IncidentLayer } from "./layers/incidents";
import { regionCounts } from "./layers/regions";
import type { MapHandle } from "./leaflet";
import type { Page } from "./page";
import { selectionOf, stateWords } from "./panel/parts";

export interface Hits {
  incidents: IncidentLayer["at"];
  control: (x: number, y: number, reach: number) => PlaceHistory | null;
  areas: (x: number, y: number) => AreaHistory | null;
  corridors: (x: number, y: number, reach: number) => RoadHit;
  /** A cell of the front, with its words. */
  front: (x: number, y: number) => Found | null;
  regions: (x: number, y: number) => string | null;
}

/** Selection and note for one place of the map. */
export interface Found {
  selected: string;
  lines: string[];
}

function find(page: Page, hits: Hits, x: number, y: number, scale: number, slack: number): Found | null {
  const incidents = hits.incidents(x, y, (9 + slack) / scale);
  const row = incidents[incidents.length - 1];
  const town = hits.control(x, y, (11 + slack) / scale);
  if (row !== undefined) {
    const table = page.data.incidents;
    const top = page.incident(row);
    const spot = `spot/${spotName(page, table.spot[row]!)}`;
    const many = incidents.reduce((sum, at) => sum + table.weight[at]!, 0);
    if (table.cellZoom !== null) return { selected: spot, lines: [t("details.cell"), plural("count.incidents", many)] };
    const single = incidents.length === 1;
    return {
      selected: single && top.id !== null ? `incident/${top.id}` : spot,
      lines: single
        ? [formatWhen(top), top.title ?? `${label("type", top.type)}${top.actor1 ? ` – ${page.actorName(top.actor1)}` : ""}`]
        : [top.place ?? t("details.spot"), plural("count.incidents", many), t("map.clickList")],
    };
  }
  if (town) {
    const state = stateAt(town.states, page.day)?.value;
    const lines = [town.place];
    if (state) {
      const actor = state.actor ? page.actorName(state.actor) : t("word.unknown");
      lines.push(t("details.statusBy", { status: label("status", state.status), actor }));
      if (state.blockade === "full" || state.blockade === "partial") lines.push(t(`blockade.${state.blockade}`));
    } else lines.push(t("details.controlUnknown"));
    return { selected: `place/${town.key}`, lines };
  }
  const { day } = page;
  const road = hits.corridors(x, y, (6 + slack) / scale);
  const roads = byDrawn(road.corridors.map((i) => page.data.corridors[i]!), day);
  if (roads.length > 0) {
    return {
      selected: roads.length === 1 ? `corridor/${roads[0]!.id}` : `roads/${roads.map((road) => road.id).join(",")}`,
      lines: [...roads.map((found) => `${found.name}: ${t(`road.${corridorStatus(found, day)}`)}`), ...(road.byIncidents ? [t("road.byIncidents")] : [])],
    };
  }
  const cell = hits.front(x, y);
  if (cell) return cell;
  const area = hits.areas(x, y);
  if (area) return { selected: selectionOf(area), lines: [area.place, stateWords(page, areaAt(area, day)), t("map.assessedLand")] };
  const region = hits.regions(x, y);
  if (region) {
    const count = regionCounts(page).get(region) ?? 0;
    return {
      selected: `region/${region}`,
      lines: [page.regionName(region) ?? region, count === 0 ? t("legend.noReport") : plural("count.incidents", count)],
    };
  }
  return null;
}

/** `busy` while the pointer draws something: then a click selects nothing. */
export function mountPointer(map: MapHandle, page: Page, hits: Hits, busy: () => boolean): void {
  const tooltip = byId("tooltip");
  const coarse = window.matchMedia("(pointer: coarse)");
  const at = (x: number, y: number, slack: number) => {
    const world = map.toWorld(x, y);
    return find(page, hits, world.x, world.y, map.scale(), slack);
  };
  map.onClick((x, y) => {
    tooltip.hidden = true;
    if (busy()) return;
    page.store.set({ selected: at(x, y, coarse.matches ? 10 : 2)?.selected ?? null });
  });
  let frame = 0;
  map.onHover(
    (x, y) => {
      if (coarse.matches || busy()) return;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const found = at(x, y, 0);
        map.container.classList.toggle("over", found !== null);
        tooltip.hidden = found === null;
        if (!found) return;
        tooltip.replaceChildren(...found.lines.map((line) => el("span", {}, line)));
        const width = tooltip.offsetWidth;
        const left = x + 16 + width > map.container.clientWidth ? x - width - 12 : x + 16;
        tooltip.style.transform = `translate(${Math.max(left, 4)}px, ${y + 14}px)`;
      });
    },
    () => {
      cancelAnimationFrame(frame);
      tooltip.hidden = true;
    },
  );
}
