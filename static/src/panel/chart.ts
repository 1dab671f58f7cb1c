// Charts, loaded when the first one opens: records a month, stacked by nothing, with the window in force marked.

import uPlot from "uplot";
import { toDate, unitEnd, unitStart } from "../calendar";
import { binIncidents } from "../data/bins";
import { formatMonth, formatNumber } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";

const HEIGHT = 120;

/** Bars of records a month over the whole period, of the rows that an area holds and the filters let through. */
export function monthlyChart(page: Page, box: HTMLElement, holdsRow: (row: number) => boolean): void {
  const table = page.data.incidents;
  const { fails } = page;
  const bins = binIncidents(table, (row) => fails[row] === 0 && holdsRow(row), page.data.span, "month", new Uint8Array(table.total), 1);
  const palette = page.palette();
  const seconds = (day: number) => toDate(day).getTime() / 1000;
  const months = Array.from({ length: bins.count }, (_, i) => bins.first + i);
  const x = months.map((month) => seconds(unitStart(month, "month")));
  const y = months.map((_, i) => Math.round(bins.weights[i]! * 10) / 10);
  const peak = y.reduce((best, value, i) => (value > y[best]! ? i : best), 0);
  const summary = t("report.trendText", {
    peak: formatNumber(y[peak] ?? 0),
    month: `${formatMonth(unitStart(bins.first + peak, "month"))} ${toDate(unitStart(bins.first + peak, "month")).getUTCFullYear()}`,
    total: formatNumber(Math.round(y.reduce((a, b) => a + b, 0))),
  });
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", summary);
  const { from, to } = page.scene.window;
  const axis: uPlot.Axis = { stroke: palette.muted, grid: { stroke: palette.regionLine, width: 1 }, ticks: { stroke: palette.regionLine }, font: "11px system-ui" };
  new uPlot(
    {
      width: Math.max(220, box.clientWidth || 300),
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
      axes: [
        { ...axis, space: 44, size: 28, values: (_, splits) => splits.map((split) => String(new Date(split * 1000).getUTCFullYear())), incrs: [1, 2, 5, 10].map((years) => years * 365.25 * 86_400) },
        { ...axis, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000], values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? formatNumber(split) : "")) },
      ],
      series: [{}, { stroke: palette.countryInk, fill: palette.countryInk, ...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.9, 40] }) } : {}), points: { show: false } }],
      hooks: {
        drawClear: [
          (plot) => {
            // The window in force, behind the bars.
            const left = plot.valToPos(seconds(from), "x", true);
            const right = plot.valToPos(seconds(Math.min(to, unitEnd(bins.first + bins.count - 1, "month"))), "x", true);
            plot.ctx.fillStyle = palette.regionRamp[0]!;
            plot.ctx.fillRect(left, plot.bbox.top, Math.max(2, right - left), plot.bbox.height);
          },
        ],
      },
    },
    [x, y],
    box,
  );
}
