// Shortcuts for the whole page: Space plays, arrows step, Page by ten, Home/End, [ ] speed. Fields keep their own keys.

import { SPEEDS } from "../state";
import type { Store } from "../state";
import type { Clock } from "./clock";

/** Elements for which a key has a meaning of its own. */
function keepsKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog[open]")) return true;
  if (target instanceof HTMLInputElement && (target.type === "checkbox" || target.type === "radio")) {
    return key === " " || key.startsWith("Arrow");
  }
  if (target.matches("input, select, textarea, [contenteditable]")) return true;
  if (key === " ") return target.matches("button, a, summary, [role=tab]");
  // On the map the arrows pan; in what scrolls, all of them scroll.
  if (target.closest(".leaflet-container")) return key.startsWith("Arrow");
  return target.closest("[data-scroll]") !== null;
}

export function mountKeyboard(store: Store, clock: Clock): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keepsKeys(event.target, event.key)) return;
    const run = action(event.key, store, clock);
    if (!run) return;
    event.preventDefault();
    run();
  });
}

function action(key: string, store: Store, clock: Clock): (() => void) | null {
  switch (key) {
    case " ":
      return () => clock.toggle();
    case "ArrowRight":
      return () => clock.step(1);
    case "ArrowLeft":
      return () => clock.step(-1);
    case "PageUp":
      return () => clock.step(10);
    case "PageDown":
      return () => clock.step(-10);
    case "Home":
      return () => clock.jump("first");
    case "End":
      return () => clock.jump("last");
    case "[":
    case "]":
      return () => store.set({ speed: nearbySpeed(store.get().speed, key === "]" ? 1 : -1) });
    default:
      return null;
  }
}

export function nearbySpeed(speed: number, direction: 1 | -1): number {
  const index = SPEEDS.findIndex((candidate) => candidate === speed);
  return SPEEDS[Math.min(Math.max(index + direction, 0), SPEEDS.length - 1)] ?? 2;
}
