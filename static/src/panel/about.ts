// What the map rests on: coverage, sources and licences, weak spots, borders, the meaning of four words.

import { el } from "../dom";
import { formatDay, formatIso, formatNumber } from "../format";
import { has, language, t } from "../i18n/index";
import type { Page } from "../page";

/** Written by static/build.mjs from data/weak-spots.csv. */
export interface WeakSpot {
  id: string;
  title_en: string;
  text_en: string;
  title_fr: string;
  text_fr: string;
}

export function renderAbout(page: Page, spots: WeakSpot[]): HTMLElement[] {
  const { data } = page;
  const french = language() === "fr";
  return [
    el("p", { class: "lead" }, t("about.lead")),
    el(
      "p",
      {},
      t("about.coverage", {
        from: formatDay(data.span.from),
        to: formatDay(data.lastRecord),
        incidents: formatNumber(data.incidents.incidents),
        places: formatNumber(data.places.length),
        roads: formatNumber(data.corridors.length),
      }),
    ),
    el("p", {}, t("about.silence")),
    el("h3", {}, t("about.words")),
    el(
      "dl",
      { class: "facts wide" },
      ...(["reported", "assessed", "estimated", "unknown"] as const).flatMap((word) => [
        el("dt", {}, t(`about.word.${word}`)),
        el("dd", {}, t(`about.word.${word}.text`)),
      ]),
    ),
    el("p", {}, t("about.thresholds")),
    el("h3", {}, t("about.sourceCoverage")),
    el("p", {}, t("about.sourceCoverageText", { places: formatNumber(data.places.length) })),
    el("p", {}, t("about.sourceCoverageViolence")),
    el("h3", {}, t("about.borders")),
    el("p", {}, t("map.disclaimer")),
    el("p", {}, t("about.bordersText")),
    ...(spots.length > 0
      ? [
          el("h3", {}, t("about.weakSpots")),
          ...spots.map((spot) =>
            el(
              "details",
              french ? {} : { lang: "en", dir: "ltr" },
              el("summary", {}, french ? spot.title_fr : spot.title_en),
              el("p", {}, french ? spot.text_fr : spot.text_en),
            ),
          ),
        ]
      : []),
    el("h3", {}, t("about.sources")),
    ...data.datasets.map((dataset) =>
      el(
        "article",
        { class: "dataset" },
        ...(has(`dataset.${dataset.id}`)
          ? [el("h4", {}, t(`dataset.${dataset.id}`)), el("p", {}, t(`dataset.${dataset.id}.text`))]
          : [el("h4", { lang: "en", dir: "ltr" }, dataset.title ?? dataset.id), ...(dataset.description ? [el("p", { lang: "en", dir: "ltr" }, dataset.description)] : [])]),
        el(
          "p",
          { class: "quiet" },
          ...(dataset.attribution ? [el("span", { lang: "en", dir: "ltr" }, dataset.attribution), " · "] : []),
          link(dataset.licence_url, dataset.licence ?? t("about.licenceUnknown")),
          ...(dataset.version ? [` · ${t("about.version", { version: dataset.version })}`] : []),
          ...(dataset.released ? [` · ${t("about.released", { date: formatIso(dataset.released) })}`] : []),
          ...(dataset.homepage ? [" · ", link(dataset.homepage, t("about.homepage"))] : []),
        ),
      ),
    ),
    el("h3", {}, t("about.keys")),
    el("p", {}, t("about.keysText")),
  ];
}

function link(href: string | null, text: string): Node {
  if (!href || !/^https?:\/\//.test(href)) return document.createTextNode(text);
  return el("a", { href: href.replace(/^http:/, "https:"), rel: "noopener noreferrer", target: "_blank" }, text);
}
