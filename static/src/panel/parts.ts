// Small pieces the panels share: definition rows, sources with links, swatches, buttons that choose a record.

import type { AreaHistory, AreaState } from "../data/areas";
import { el } from "../dom";
import { label, splitLinks } from "../format";
import { t } from "../i18n/index";
import type { Page } from "../page";

/** Text of the records is in English whatever the page's language. */
export const DATA_LANGUAGE = "en";

export function row(term: string, value: Node | string | null | undefined): HTMLElement[] {
  if (!value) return [];
  return [el("dt", {}, term), el("dd", {}, value)];
}

/** Source text with its addresses as links; several sources are a list. */
export function sources(text: string | null): HTMLElement {
  if (!text) return el("p", { class: "quiet" }, t("details.noSource"));
  const parts = text.split(/;\s+(?=\S)/).filter((part) => part.trim() !== "");
  return el(
    "ul",
    { class: "sources", lang: DATA_LANGUAGE },
    ...parts.map((part) =>
      el(
        "li",
        {},
        ...splitLinks(part).map((piece) =>
          piece.href ? el("a", { href: piece.href, rel: "noopener noreferrer", target: "_blank" }, piece.text) : piece.text,
        ),
      ),
    ),
  );
}

/** A picture of a symbol, drawn by the same code as the map. */
export function swatch(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = el("canvas", { class: "swatch", "aria-hidden": "true" });
  const ratio = 2;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context) {
    context.scale(ratio, ratio);
    context.translate(width / 2, height / 2);
    draw(context);
  }
  return canvas;
}

/** What is assessed, in words; a blockade apart. */
export function stateWords(page: Page, state: AreaState | null): string {
  if (!state?.status) return t("assessed.unknown");
  const { status, blockade } = state;
  const actor = state.actor ?? state.rival;
  // Of these nobody is the holder.
  const nobody = status === "none_reported" || status === "abandoned";
  const words = nobody ? label("status", status) : t("details.statusBy", { status: label("standing", status), actor: actor ? page.actorName(actor) : t("word.unknown") });
  return blockade === "full" || blockade === "partial" ? `${words}; ${t(`blockade.${blockade}`)}` : words;
}

/** What is chosen with an area: its place, or the region that stands for itself. */
export function selectionOf({ key, lon, region }: AreaHistory): string {
  return lon === null && region !== null ? `region/${region}` : `place/${key}`;
}

/** A button that copies a text, and says so. */
export function copier(name: string, text: () => string): HTMLButtonElement {
  const button = el("button", { type: "button", class: "plain" }, name);
  button.addEventListener("click", () => {
    const said = (key: string) => (button.textContent = t(key));
    if (!navigator.clipboard) said("details.notCopied");
    else void navigator.clipboard.writeText(text()).then(() => said("details.copied"), () => said("details.notCopied"));
  });
  return button;
}

let assessed: typeof import("./standing") | null = null;

/** What is assessed, loaded with the first card that tells of it; at once from then on. */
export function later(make: (standing: typeof import("./standing")) => HTMLElement): HTMLElement {
  if (assessed) return make(assessed);
  const box = el("div", {});
  void import("./standing").then((module) => {
    assessed = module;
    box.replaceWith(make(module));
  });
  return box;
}

export function chooser(content: (Node | string)[], choose: () => void, extra = ""): HTMLButtonElement {
  const button = el("button", { type: "button", class: `record ${extra}`.trim() }, ...content);
  button.addEventListener("click", choose);
  return button;
}

/** The same for what only follows a step: behind it, so that the picture does not wait for the panels. */
export function behind(ms: number, run: () => void): () => void {
  return throttled(ms, () => void window.setTimeout(run, 0));
}

/** Runs at once, then at most every `ms`, and a last time after a burst. */
export function throttled(ms: number, run: () => void): () => void {
  let last = -Infinity;
  let waiting = 0;
  return () => {
    window.clearTimeout(waiting);
    const rest = ms - (performance.now() - last);
    const go = () => {
      last = performance.now();
      run();
    };
    if (rest <= 0) go();
    else waiting = window.setTimeout(go, rest);
  };
}
