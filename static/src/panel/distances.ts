// The chart of distances by month between reported activity and a capital or the coast: made once, a line moves with the clock.

import uPlot from "uplot";
import { toDate } from "../calendar";
import type { Day, Span } from "../calendar";
import { monthEnd } from "../data/front";
import type { Distances } from "../data/front";
import { el } from "../dom";
import { formatNumber } from "../format";
import type { Page } from "../page";

const HEIGHT = 140;
const seconds = (day: Day) => toDate(day).getTime() / 1000;

export interface DistanceChart {
  of: Distances;
  /** Moves the line of the clock. */
  mark: (day: Day) => void;
  destroy: () => void;
}

export function distanceChart(page: Page, box: HTMLElement, of: Distances, span: Span): DistanceChart {
  const palette = page.palette();
  const { months } = of;
  // In the middle of its month; a month without a report breaks the line.
  const data: uPlot.AlignedData = [
    months.map(({ month }) => seconds(monthEnd(month) - 14)),
    months.map(({ p5 }) => p5),
    months.map(({ median }) => median),
    months.map(({ nearest }) => nearest),
  ];
  const axis: uPlot.Axis = { stroke: palette.muted, grid: { stroke: palette.regionLine, width: 1 }, ticks: { stroke: palette.regionLine }, font: "11px system-ui" };
  const marker = el("div", { class: "chart-clock" });
  const plot = new uPlot(
    {
      width: Math.max(220, box.clientWidth || 320),
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: true, range: [seconds(span.from), seconds(span.to + 1)] }, y: { range: (_, __, most) => [0, Math.max(50, most || 0)] } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
      axes: [
        { ...axis, space: 44, size: 28, incrs: [1, 2, 5, 10].map((count) => count * 365.25 * 86_400), values: (_, splits) => splits.map((split) => String(new Date(split * 1000).getUTCFullYear())) },
        { ...axis, size: 48, values: (_, splits) => splits.map((split) => formatNumber(split)) },
      ],
      series: [
        {},
        { stroke: palette.ink, width: 2, points: { show: true, size: 4, fill: palette.ink, stroke: palette.ink } },
        { stroke: palette.corridors.open, width: 1.5, dash: [5, 3], points: { show: true, size: 4, fill: palette.corridors.open, stroke: palette.corridors.open } },
        { stroke: "transparent", points: { show: true, size: 4, stroke: palette.muted, fill: palette.paper } },
      ],
    },
    data,
    box,
  );
  plot.over.append(marker);
  return {
    of,
    mark(day) {
      const share = (day + 0.5 - span.from) / (span.to + 1 - span.from);
      marker.hidden = share < 0 || share > 1;
      marker.style.left = `${(share * 100).toFixed(2)}%`;
    },
    destroy: () => plot.destroy(),
  };
}
