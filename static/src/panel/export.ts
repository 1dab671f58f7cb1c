// Takes the map away: a picture, an animation, a film, the selection as data, a link, a frame for another page, paper.

import { isoDay } from "../calendar";
import { rowsOf } from "../data/selection";
import { el } from "../dom";
import { saveBlob } from "../export/download";
import { downloadRows } from "../export/rows";
import { canFilm, filmSteps, makeGif, makeVideo, pngFrame } from "../export/film";
import { formatNumber } from "../format";
import { linkTo } from "../hash";
import { plural, t } from "../i18n/index";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import type { Clock } from "../player/clock";
import { copier } from "./parts";

export function renderExport(page: Page, clock: Clock, map: MapHandle): HTMLElement[] {
  const { store } = page;
  const status = el("p", { class: "quiet", role: "status" });
  let running = false;
  const button = (key: string, run: () => Promise<void> | void) => {
    const node = el("button", { type: "button", class: "plain" }, t(key));
    node.addEventListener("click", () => {
      if (running) return;
      running = true;
      void Promise.resolve()
        .then(run)
        .catch((error: unknown) => {
          status.textContent = t("export.failed", { reason: error instanceof Error ? error.message : String(error) });
        })
        .finally(() => (running = false));
    });
    return node;
  };
  const name = () => `harmattan-${isoDay(page.day)}`;
  const film = async (make: (options: Parameters<typeof makeGif>[2]) => Promise<{ blob: Blob; extension: string } | null>) => {
    if (store.get().playing) clock.toggle();
    const steps = filmSteps(page);
    let stopped = false;
    const stop = el("button", { type: "button", class: "plain" }, t("export.stop"));
    stop.addEventListener("click", () => (stopped = true));
    const words = el("span");
    status.replaceChildren(words, " ", stop);
    const begun = name();
    const made = await make({
      steps,
      speed: store.get().speed,
      progress(done, all) {
        words.textContent = t("export.progress", { done: formatNumber(done), all: formatNumber(all) });
        return !stopped;
      },
    });
    status.textContent = made ? t("export.done") : t("export.stopped");
    if (made) saveBlob(made.blob, `${begun}.${made.extension}`);
  };
  const rows = (format: "csv" | "geojson") => async () => {
    status.textContent = t("load.loading");
    await downloadRows(page, rowsOf(page.selection), name(), format);
    status.textContent = t("export.done");
  };
  const link = copier(t("details.permalink"), () => linkTo(store.get(), location.origin + location.pathname));
  const frame = el("textarea", { readonly: true, rows: "3", id: "embed-code", dir: "ltr" });
  frame.value = embedCode(page);
  frame.addEventListener("focus", () => {
    frame.value = embedCode(page);
    frame.select();
  });
  const print = el("button", { type: "button", class: "plain" }, t("export.print"));
  print.addEventListener("click", () => window.print());
  const cells = page.data.incidents.cellZoom !== null;
  return [
    el("p", { class: "quiet" }, t("export.intro")),
    el("h3", {}, t("export.pictures")),
    el(
      "p",
      { class: "links" },
      button("export.png", async () => saveBlob(await pngFrame(page, map), `${name()}.png`)),
      button("export.gif", () => film(async (options) => {
        const blob = await makeGif(page, map, options);
        return blob && { blob, extension: "gif" };
      })),
      canFilm() && button("export.video", () => film((options) => makeVideo(page, map, options))),
    ),
    el("p", { class: "quiet" }, t("export.filmNote", { steps: plural("count.steps", filmSteps(page).length) }), canFilm() ? "" : ` ${t("export.noVideo")}`),
    status,
    el("h3", {}, t("export.data")),
    el("p", { class: "quiet" }, cells ? t("list.cells", { count: formatNumber(page.data.incidents.incidents) }) : t("export.dataNote", { count: plural("count.incidents", page.selection.incidents) })),
    ...(cells ? [] : [el("p", { class: "links" }, button("export.csv", rows("csv")), button("export.geojson", rows("geojson")))]),
    el("h3", {}, t("export.share")),
    el("p", { class: "links" }, link, print),
    el("div", { class: "field" }, el("label", { for: "embed-code" }, t("export.embed")), frame),
    el("p", { class: "links" }, copier(t("export.copyEmbed"), () => embedCode(page))),
  ];
}

/** Markup that shows this screen in another page. */
function embedCode({ store }: Page): string {
  const address = linkTo(store.get(), location.origin + location.pathname, true);
  return `<iframe src="${address.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}" width="800" height="560" title="Harmattan" loading="lazy"></iframe>`;
}
