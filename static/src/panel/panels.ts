// Opens and closes the side panel, the card of details and the About dialog, and keeps what they show up to date.

import { byId, el, icon } from "../dom";
import { t } from "../i18n/index";
import type { Page } from "../page";
import { PANELS } from "../state";
import type { PanelName } from "../state";
import type { MapHandle } from "../leaflet";
import type { Clock } from "../player/clock";
import { renderAbout } from "./about";
import type { WeakSpot } from "./about";
import { renderDetails } from "./details";
import { renderFilters } from "./filters";
import { renderLegend } from "./legend";
import { FIRST_PAGE, renderList } from "./list";
import { behind, throttled } from "./parts";

export function mountPanels(page: Page, spots: () => WeakSpot[], clock: Clock, map: MapHandle): { translate: () => void } {
  const { store } = page;
  const panel = byId("panel");
  const body = byId("panel-body");
  const buttons = new Map(PANELS.map((name) => [name, byId<HTMLButtonElement>(`open-${name}`)]));
  let updateFilters: (() => void) | null = null;
  let updateCompare: (() => void) | null = null;
  let updateSupply: (() => void) | null = null;
  let updateFront: (() => void) | null = null;
  /** The last of the panels that are loaded when they open. */
  let supplyWish: symbol | null = null;
  let shown = FIRST_PAGE;

  const showPanel = () => {
    const name = store.get().panel;
    panel.hidden = name === null;
    if (name === null) delete document.documentElement.dataset.panel;
    else document.documentElement.dataset.panel = name;
    for (const [other, button] of buttons) button.setAttribute("aria-expanded", String(other === name));
    updateFilters = null;
    updateCompare = null;
    updateSupply = updateFront = supplyWish = null;
    if (name === null) return;
    byId("panel-title").textContent = name === "supply" || name === "front" ? t(`${name}.title`) : t(`panel.${name}`);
    if (name === "layers") body.replaceChildren(...renderLegend(page));
    if (name === "filters") {
      const form = renderFilters(page);
      updateFilters = form.update;
      body.replaceChildren(...form.nodes);
    }
    if (name === "list") showList();
    // Loaded when it is opened; another panel may have been chosen by then.
    if (name === "compare") {
      void import("./compare").then(({ renderCompare }) => {
        if (store.get().panel !== name) return;
        const form = renderCompare(page);
        updateCompare = form.update;
        body.replaceChildren(...form.nodes);
      });
    }
    if (name === "supply") {
      body.replaceChildren(el("p", { class: "quiet" }, t("load.loading")));
      const wish = (supplyWish = Symbol(name));
      void import("./supply").then(
        ({ renderSupply }) => {
          if (wish !== supplyWish) return;
          const form = renderSupply(page);
          updateSupply = form.update;
          body.replaceChildren(...form.nodes);
        },
        () => body.replaceChildren(el("p", {}, t("load.unreachable"))),
      );
    }
    if (name === "front") {
      body.replaceChildren(el("p", { class: "quiet" }, t("load.loading")));
      const wish = (supplyWish = Symbol(name));
      void import("./front").then(
        ({ renderFront }) => {
          if (wish !== supplyWish) return;
          const form = renderFront(page);
          updateFront = form.update;
          body.replaceChildren(...form.nodes);
        },
        () => body.replaceChildren(el("p", {}, t("load.unreachable"))),
      );
    }
    if (name === "export") void import("./export").then(({ renderExport }) => store.get().panel === name && body.replaceChildren(...renderExport(page, clock, map)));
    if (name === "compare" || name === "export") body.replaceChildren();
    body.scrollTop = 0;
  };
  const showList = () => {
    const focused = body.contains(document.activeElement) && document.activeElement !== body;
    body.replaceChildren(
      ...renderList(page, shown, () => {
        shown += FIRST_PAGE;
        showList();
      }),
    );
    // The record in focus is gone; the reader stays in the list.
    if (focused) body.focus({ preventScroll: true });
  };
  for (const [name, button] of buttons) {
    button.addEventListener("click", () => store.set({ panel: store.get().panel === name ? null : name }));
  }
  const close = byId<HTMLButtonElement>("panel-close");
  close.append(icon("close"));
  close.addEventListener("click", () => {
    const name = store.get().panel as PanelName;
    store.set({ panel: null });
    buttons.get(name)?.focus();
  });
  store.subscribe(["panel"], () => {
    shown = FIRST_PAGE;
    showPanel();
  });
  // A chosen record must not pull the focus out of the list, so the list is only made anew when its rows change.
  store.subscribe(
    ["from", "to", "mode", "filters", "playing", "other", "comparison"],
    behind(250, () => {
      if (store.get().panel === "list") showList();
      updateFilters?.();
      updateCompare?.();
    }),
  );
  store.subscribe(["from", "to", "mode", "playing", "knownAt", "target"], behind(60, () => updateSupply?.()));
  store.subscribe(["from", "to", "mode", "playing", "knownAt", "front", "frontTarget", "layers"], behind(60, () => updateFront?.()));
  page.bus.on(
    "records",
    throttled(100, () => {
      if (store.get().panel === "list") showList();
    }),
  );
  page.bus.on(
    "data",
    throttled(100, () => {
      const { panel } = store.get();
      if (panel === "list" || panel === "filters") showPanel();
      updateCompare?.();
      about();
    }),
  );

  const card = mountDetails(page);
  const about = mountAbout(page, spots);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (store.get().selected) store.set({ selected: null });
  });
  return {
    translate() {
      close.setAttribute("aria-label", t("panel.close"));
      showPanel();
      card();
      about();
    },
  };
}

function mountDetails(page: Page): () => void {
  const { store } = page;
  const card = byId("details");
  const title = byId("details-title");
  const body = byId("details-body");
  const close = byId<HTMLButtonElement>("details-close");
  let opener: Element | null = null;
  let before: string | null = null;
  close.append(icon("close"));
  close.addEventListener("click", () => {
    store.set({ selected: null });
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
  const show = () => {
    const { selected } = store.get();
    const content = selected ? renderDetails(page, selected) : null;
    close.setAttribute("aria-label", t("panel.close"));
    document.documentElement.toggleAttribute("data-details", content !== null);
    card.hidden = content === null;
    if (content) {
      const isNew = selected !== before || title.textContent !== content.title;
      title.textContent = content.title;
      title.lang = content.lang ?? "";
      if (!content.lang) title.removeAttribute("lang");
      // What the reader has unfolded in a card stays so when it is made anew.
      const folds = () => [...body.querySelectorAll("details")];
      const open = folds().map((box) => box.open);
      body.replaceChildren(...content.body);
      if (selected === before) folds().forEach((box, i) => (box.open ||= open[i] ?? false));
      if (isNew) {
        body.scrollTop = 0;
        page.bus.emit("announce", content.title);
      }
    }
    before = selected;
  };
  store.subscribe(["selected"], () => {
    if (document.activeElement && !card.contains(document.activeElement)) opener = document.activeElement;
    const inside = card.contains(document.activeElement);
    show();
    // The list inside the card was replaced: keep the focus in the card.
    if (inside && !card.hidden) title.focus();
  });
  /** What had the focus keeps it where it is still there; else the reader stays in the card. */
  const refresh = () => {
    const { activeElement } = document;
    const focused = body.contains(activeElement) && activeElement !== body;
    show();
    if (!focused) return;
    const kept = activeElement instanceof HTMLElement && body.contains(activeElement) ? activeElement : body;
    kept.focus({ preventScroll: true });
  };
  for (const name of ["records", "data"] as const) {
    page.bus.on(
      name,
      throttled(100, () => {
        if (store.get().selected) refresh();
      }),
    );
  }
  store.subscribe(
    ["from", "to", "mode", "filters"],
    behind(250, () => {
      if (store.get().selected && !card.hidden && !/^incident/.test(store.get().selected ?? "")) refresh();
    }),
  );
  return show;
}

function mountAbout(page: Page, spots: () => WeakSpot[]): () => void {
  const dialog = byId<HTMLDialogElement>("about");
  const close = byId<HTMLButtonElement>("about-close");
  close.append(icon("close"));
  close.addEventListener("click", () => dialog.close());
  byId("open-about").addEventListener("click", () => {
    page.store.set({ playing: false });
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return () => {
    close.setAttribute("aria-label", t("panel.close"));
    byId("about-body").replaceChildren(...renderAbout(page, spots()));
  };
}
