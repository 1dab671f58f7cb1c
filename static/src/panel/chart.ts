// Charts, loaded when the first one opens: records a month with the window in force marked, and shares of control stacked over the years.

import uPlot from "uplot";
import { toDate, unitEnd, unitStart } from "../calendar";
import type { Day } from "../calendar";
import { binIncidents } from "../data/bins";
import { holders, pointAt } from "../data/shares";
import type { Denominator, ShareSeries } from "../data/shares";
import { areaPaint, lookOfShare } from "../draw/areas";
import { formatDay, formatMonth, formatNumber } from "../format";
import { t } from "../i18n/index";
import type { Palette } from "../draw/palette";
import type { Page } from "../page";

const HEIGHT = 120;

const seconds = (day: Day) => toDate(day).getTime() / 1000;
const years: Pick<uPlot.Axis, "space" | "size" | "values" | "incrs"> = {
  space: 44,
  size: 28,
  values: (_, splits) => splits.map((split) => String(new Date(split * 1000).getUTCFullYear())),
  incrs: [1, 2, 5, 10].map((count) => count * 365.25 * 86_400),
};

function axisOf(palette: Palette): uPlot.Axis {
  return { stroke: palette.muted, grid: { stroke: palette.regionLine, width: 1 }, ticks: { stroke: palette.regionLine }, font: "11px system-ui" };
}

/** Bars of records a month over the whole period, of the rows that an area holds and the filters let through. */
export function monthlyChart(page: Page, box: HTMLElement, holdsRow: (row: number) => boolean): void {
  const table = page.data.incidents;
  const { fails } = page;
  const bins = binIncidents(table, (row) => fails[row] === 0 && holdsRow(row), page.data.span, "month", new Uint8Array(table.total), 1);
  const palette = page.palette();
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
  const axis = axisOf(palette);
  new uPlot(
    {
      width: Math.max(220, box.clientWidth || 300),
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
      axes: [
        { ...axis, ...years },
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

/** Shares stacked from the greatest on, what is unknown above them all; each holds until the next point. The answer marks a day. */
export function shareChart(page: Page, box: HTMLElement, series: ShareSeries, by: Denominator, name: (who: string) => string): (day: Day) => void {
  const palette = page.palette();
  const who = holders(series, by);
  const points = series.points;
  const days = [...points.map(({ day }) => day), series.to];
  // From the lowest band on; after the last point it stays as it was.
  let sums = points.map(() => 0);
  const lines = who.map((one) => {
    sums = points.map(({ shares }, i) => Math.min(1, sums[i]! + (shares.find((share) => share.who === one)?.of[by].value ?? 0)));
    return [...sums, sums[sums.length - 1] ?? 0];
  });
  let marked: Day = series.to;
  box.setAttribute("role", "img");
  const fillOf = (one: string) => (plot: uPlot) => areaPaint(plot.ctx, palette, lookOfShare(one, (code) => page.sideOf(code))).fill as string;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const all = [...lines, days.map(() => 1)];
  const bands = [...who, "unknown"].map((one, i) => ({ one, upper: i + 1 }));
  const plot = new uPlot(
    {
      width: Math.max(220, box.clientWidth || 300),
      height: HEIGHT + 40,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: true, range: [seconds(page.data.span.from), seconds(page.data.span.to)] }, y: { range: [0, 1] } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
      axes: [
        { ...axisOf(palette), ...years },
        { ...axisOf(palette), size: 44, incrs: [0.25, 0.5], values: (_, splits) => splits.map((split) => t("unit.percent", { value: formatNumber(Math.round(split * 100)) })) },
      ],
      // The lowest line fills down to nothing, every other down to the one below it.
      series: [{}, ...bands.map(({ one, upper }) => ({ stroke: palette.paper, width: 0.5, points: { show: false }, ...(stepped ? { paths: stepped } : {}), ...(upper === 1 ? { fill: fillOf(one) } : {}) }))],
      bands: bands.slice(1).map(({ one, upper }) => ({ series: [upper, upper - 1] as [number, number], fill: fillOf(one) })),
      hooks: {
        draw: [
          ({ ctx, bbox, valToPos }) => {
            const x = Math.round(valToPos(seconds(marked), "x", true));
            if (x < bbox.left || x > bbox.left + bbox.width) return;
            ctx.fillStyle = palette.ink;
            ctx.fillRect(x - 1, bbox.top, 2, bbox.height);
          },
        ],
      },
    },
    [days.map(seconds), ...all],
    box,
  );
  return (day) => {
    marked = day;
    plot.redraw(false);
    const shares = day > series.to ? null : pointAt(series, day)?.shares;
    const words = shares?.filter(({ of }) => of[by].value >= 0.005).map((share) => t("shares.one", { who: name(share.who), share: t("unit.percent", { value: formatNumber(Math.round(share.of[by].value * 100)) }) }));
    box.setAttribute("aria-label", `${t("shares.chart")}. ${formatDay(day)}: ${words?.join("; ") ?? t("shares.none")}`);
  };
}
