// The chart of the open shares over the years, supply by each gateway's own road with its band: made once a town; a line moves with the clock. The same as a table.

import uPlot from "uplot";
import { toDate } from "../calendar";
import type { Day, Span } from "../calendar";
import { isUnreported, runsOf } from "../data/supply";
import type { Run, SupplySeries } from "../data/supply";
import { el } from "../dom";
import { formatDay, formatNumber } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { formatRange, formatShare } from "./figures";

const HEIGHT = 130;
const seconds = (day: Day) => toDate(day).getTime() / 1000;

export interface CapacityChart {
  /** Moves the line of the clock. */
  mark: (day: Day) => void;
  /** Shows so much of the time. */
  zoom: (span: Span) => void;
  /** Does what is shown hold the day? */
  shows: (day: Day) => boolean;
  destroy: () => void;
}

export function capacityChart(page: Page, box: HTMLElement, series: SupplySeries, span: Span): CapacityChart {
  const runs = runsOf(series);
  const palette = page.palette();
  const points = runs.flatMap((run) => [
    { x: seconds(run.from), run },
    { x: seconds(run.to + 1) - 1, run },
  ]);
  const column = (of: (run: Run) => number | null) => points.map(({ run }) => of(run));
  // Where nobody reported, the band is what is possible and there is no figure.
  const data: uPlot.AlignedData = [
    points.map(({ x }) => x),
    column(({ supply }) => supply?.hi ?? null),
    column(({ supply }) => supply?.lo ?? null),
    column(({ supply }) => (supply && !isUnreported(supply) ? supply.value : null)),
    column(({ capacity }) => (capacity && !isUnreported(capacity) ? capacity.value : null)),
  ];
  const axis: uPlot.Axis = { stroke: palette.muted, grid: { stroke: palette.regionLine, width: 1 }, ticks: { stroke: palette.regionLine }, font: "11px system-ui" };
  const [colour, fill] = [palette.corridors.open, `${palette.corridors.open}55`];
  const marker = el("div", { class: "chart-clock" });
  let shown = span;
  const plot = new uPlot(
    {
      width: Math.max(220, box.clientWidth || 320),
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: true, range: () => [seconds(shown.from), seconds(shown.to + 1)] }, y: { range: [0, 1] } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
      axes: [
        {
          ...axis,
          space: 46,
          size: 28,
          incrs: [1 / 12, 1 / 6, 1 / 4, 1 / 2, 1, 2, 5].map((years) => Math.round(years * 365.25) * 86_400),
          values: (_, splits) => {
            const yearly = shown.to - shown.from > 1_100;
            return splits.map((split) => {
              const date = new Date(split * 1000);
              return yearly ? String(date.getUTCFullYear()) : `${date.getUTCFullYear()}-${String(date.getUTCMonth() + 1).padStart(2, "0")}`;
            });
          },
        },
        { ...axis, size: 44, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, splits) => splits.map((split) => `${formatNumber(Math.round(split * 100))} %`) },
      ],
      series: [
        {},
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        { stroke: colour, width: 2, points: { show: false } },
        { stroke: palette.ink, width: 1.5, dash: [5, 3], points: { show: false } },
      ],
      bands: [{ series: [1, 2], fill }],
    },
    data,
    box,
  );
  plot.over.append(marker);
  let marked: Day = span.to;
  const mark = (day: Day) => {
    marked = day;
    const share = (day + 0.5 - shown.from) / (shown.to + 1 - shown.from);
    marker.hidden = share < 0 || share > 1;
    marker.style.left = `${(share * 100).toFixed(2)}%`;
  };
  return {
    mark,
    zoom(next) {
      shown = next;
      plot.setScale("x", { min: seconds(next.from), max: seconds(next.to + 1) });
      mark(marked);
    },
    shows: (day) => shown.from <= day && day <= shown.to,
    destroy: () => plot.destroy(),
  };
}

/** The chart in words: every level of supply with its first and last day, latest first. */
export function capacityTable(series: SupplySeries): HTMLElement {
  return el(
    "table",
    { class: "figures" },
    el("caption", { class: "unseen" }, t("supply.chart")),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("supply.period")), el("th", { scope: "col" }, t("supply.interval")), el("th", { scope: "col" }, t("supply.asReported")), el("th", { scope: "col" }, t("supply.rerouted")))),
    el(
      "tbody",
      {},
      ...runsOf(series)
        .reverse()
        .map(({ from, to, capacity, supply }) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, from === to ? formatDay(from, "short") : t("date.range", { from: formatDay(from, "short"), to: formatDay(to, "short") })),
            el("td", {}, supply ? formatRange(supply) : t("supply.notComputable")),
            el("td", {}, supply ? (isUnreported(supply) ? t("word.unknown") : formatShare(supply.value)) : ""),
            el("td", {}, capacity ? (isUnreported(capacity) ? t("word.unknown") : formatShare(capacity.value)) : ""),
          ),
        ),
    ),
  );
}
