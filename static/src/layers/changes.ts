// Two dates compared: marks on places that changed between them, and the line between the two halves of a swipe.

import { byId } from "../dom";
import { differ } from "../data/compare";
import type { Difference } from "../data/compare";
import { worldX, worldY } from "../data/mercator";
import { capitalise, formatSpan } from "../format";
import { t } from "../i18n/index";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";

/** Between the date that is compared with and the clock's, the earlier of them first. */
export function differenceOf(page: Page): Difference | null {
  if (!page.otherScene) return null;
  const [a, b] = [page.otherScene.day, page.day];
  return differ(page.data.areas, Math.min(a, b), Math.max(a, b));
}

const SIGNS = { gained: "+", contested: "≠", blockaded: "×", relieved: "–", other: "~" } as const;

export function addChanges(map: MapHandle, page: Page): { redraw: () => void } {
  const { store } = page;
  const redraw = map.addCanvas("changes", (context, frame) => {
    const { other, comparison } = store.get();
    if (!other || comparison !== "difference") return;
    const palette = page.palette();
    for (const { area, after, kind } of differenceOf(page)?.changes ?? []) {
      if (area.lon === null || area.lat === null) continue;
      const x = worldX(area.lon) * frame.scale - frame.originX;
      const y = worldY(area.lat) * frame.scale - frame.originY;
      if (x < -30 || y < -30 || x > frame.width + 30 || y > frame.height + 30) continue;
      const hue = after.actor ? palette.sides[page.sideOf(after.actor)] : palette.muted;
      context.beginPath();
      context.arc(x, y, 16, 0, 2 * Math.PI);
      context.strokeStyle = palette.paper;
      context.lineWidth = 6;
      context.stroke();
      context.strokeStyle = kind === "gained" || kind === "contested" ? hue : palette.muted;
      context.lineWidth = 3.5;
      context.setLineDash(kind === "contested" ? [5, 4] : []);
      context.stroke();
      context.setLineDash([]);
      context.beginPath();
      context.arc(x + 13, y - 13, 8, 0, 2 * Math.PI);
      context.fillStyle = palette.ink;
      context.fill();
      context.fillStyle = palette.paper;
      context.font = "700 12px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(SIGNS[kind], x + 13, y - 12.5);
      context.textAlign = "start";
    }
  });

  const handle = byId("swipe");
  const [left, right] = [byId("swipe-before"), byId("swipe-now")];
  const follow = () => {
    const { other, comparison, split } = store.get();
    const swiping = other !== null && comparison === "swipe";
    map.setSplit(swiping ? split : null);
    for (const node of [handle, left, right]) node.hidden = !swiping;
    // The first slider of the page is the date, unless there is a line to move.
    if (!swiping) {
      handle.removeAttribute("role");
      return;
    }
    handle.setAttribute("role", "slider");
    const percent = `${split * 100}%`;
    handle.style.left = percent;
    left.style.right = `calc(${100 - split * 100}% + 12px)`;
    right.style.left = `calc(${percent} + 12px)`;
    left.textContent = capitalise(formatSpan(other));
    right.textContent = capitalise(formatSpan(page.scene.window));
    handle.setAttribute("aria-valuenow", String(Math.round(split * 100)));
    handle.setAttribute("aria-valuetext", t("compare.handleValue", { before: formatSpan(other), now: formatSpan(page.scene.window), share: Math.round(split * 100) }));
  };
  const move = (split: number) => store.set({ split: Math.min(0.98, Math.max(0.02, split)) });
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1 }[event.key];
    if (by === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    event.stopPropagation();
    move(event.key === "Home" ? 0 : event.key === "End" ? 1 : store.get().split + by!);
  });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    let target: number | null = null;
    const onMove = (next: PointerEvent) => {
      const box = map.container.getBoundingClientRect();
      if (target === null) requestAnimationFrame(() => {
        if (target !== null) move(target);
        target = null;
      });
      target = (next.clientX - box.left) / box.width;
    };
    const onEnd = () => {
      handle.removeEventListener("pointermove", onMove);
      handle.removeEventListener("pointerup", onEnd);
      handle.removeEventListener("pointercancel", onEnd);
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("pointerup", onEnd);
    handle.addEventListener("pointercancel", onEnd);
  });
  store.subscribe(["other", "comparison", "split"], follow);
  store.subscribe(["other", "comparison", "from", "to", "mode"], () => {
    if (store.get().other === null && !handle.hidden) follow();
    if (store.get().other !== null) {
      if (store.get().comparison === "difference") redraw();
      else right.textContent = capitalise(formatSpan(page.scene.window));
    }
  });
  store.subscribe(["other", "comparison"], redraw);
  page.bus.on("data", redraw);
  follow();
  return {
    redraw: () => {
      follow();
      redraw();
    },
  };
}
