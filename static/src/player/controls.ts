// Buttons and choices of the player, the date in words above the map, and what is spoken after a step.

import { MODES, UNITS, windowForMode } from "../calendar";
import type { Mode, Unit } from "../calendar";
import { byId, el, icon } from "../dom";
import { storedSince } from "../api";
import { capitalise, formatDay, formatDeathsNote, formatIso, formatSpan } from "../format";
import { plural, t } from "../i18n/index";
import type { Page } from "../page";
import { SPEEDS, isFiltered } from "../state";
import type { Clock } from "./clock";
import { describe } from "./slider";

const SWITCHES = ["loop", "reverse", "skip", "fade"] as const;

export function mountControls(page: Page, clock: Clock): { translate: () => void } {
  const { store } = page;
  const play = byId<HTMLButtonElement>("play");
  const back = byId<HTMLButtonElement>("step-back");
  const forward = byId<HTMLButtonElement>("step-forward");
  play.addEventListener("click", () => clock.toggle());
  back.addEventListener("click", () => clock.step(-1));
  forward.addEventListener("click", () => clock.step(1));
  back.replaceChildren(icon("back"));
  forward.replaceChildren(icon("forward"));

  const showPlay = () => {
    const { playing } = store.get();
    play.replaceChildren(icon(playing ? "pause" : "play"), el("span", {}, t(playing ? "player.pause" : "player.play")));
  };
  store.subscribe(["playing"], showPlay);

  const showDate = () => {
    const state = store.get();
    const { incidents, deaths } = page.selection;
    const { lastRecord } = page.data;
    byId("date").textContent = capitalise(formatSpan(state));
    byId("summary").textContent = plural("count.incidents", incidents);
    byId("summary-note").textContent = formatDeathsNote(incidents, deaths);
    byId("as-of").textContent = t("player.asOf", { date: formatDay(page.day) });
    const filtered = isFiltered(state.filters);
    byId("filtered").textContent = filtered ? t("filters.active") : "";
    byId("open-filters").toggleAttribute("data-active", filtered);
    byId("silence").textContent = page.day > lastRecord ? t("player.lastRecord", { date: formatDay(lastRecord) }) : "";
    const stored = storedSince();
    byId("known").textContent = [
      state.knownAt === null ? "" : t("player.knownAt", { date: formatDay(state.knownAt) }),
      stored === null ? "" : t("player.offline", { date: formatIso(stored) }),
    ]
      .filter(Boolean)
      .join(" ");
  };
  store.subscribe(["from", "to", "mode", "filters", "knownAt"], showDate);
  page.bus.on("data", showDate);

  mountSpeech(page);

  const translate = () => {
    showPlay();
    showDate();
    byId("modes").replaceChildren(
      ...choices("mode", MODES, store.get().mode, (mode: Mode) =>
        store.set({ mode, ...windowForMode(store.get(), mode, store.get().unit, page.data.span, store.get().mode) }),
      ),
    );
    byId("units").replaceChildren(
      ...choices("unit", UNITS, store.get().unit, (unit: Unit) =>
        // One step of the instant mode is one unit long, so it follows the unit.
        store.set(
          store.get().mode === "instant" ? { unit, ...windowForMode(store.get(), "instant", unit, page.data.span) } : { unit },
        ),
      ),
    );
    const speed = byId<HTMLSelectElement>("speed");
    speed.replaceChildren(
      ...SPEEDS.map((value) => el("option", { value: String(value) }, plural("player.speed", value))),
    );
    speed.value = String(store.get().speed);
  };

  const speed = byId<HTMLSelectElement>("speed");
  speed.addEventListener("change", () => store.set({ speed: Number(speed.value) }));
  const switches = SWITCHES.map((name) => {
    const box = byId<HTMLInputElement>(name);
    box.addEventListener("change", () => store.set({ [name]: box.checked }));
    return { name, box };
  });
  const follow = () => {
    const state = store.get();
    speed.value = String(state.speed);
    for (const { name, box } of switches) box.checked = state[name];
    for (const [name, value] of [["mode", state.mode], ["unit", state.unit]] as const) {
      const input = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
      if (input) input.checked = true;
    }
  };
  store.subscribe(["speed", "mode", "unit", ...SWITCHES], follow);
  translate();
  follow();
  return { translate };
}

function choices<T extends string>(name: string, values: readonly T[], current: T, choose: (value: T) => void): HTMLElement[] {
  return values.map((value) => {
    const input = el("input", { type: "radio", name, value, checked: value === current });
    input.addEventListener("change", () => choose(value));
    return el("label", { class: "choice" }, input, el("span", {}, t(`${name}.${value}`)));
  });
}

/** The step in words for screen readers, at most once a second, and the last one always. */
function mountSpeech(page: Page): void {
  const region = byId("announce");
  let spokenAt = 0;
  let waiting = 0;
  const say = (text: string) => {
    spokenAt = performance.now();
    region.textContent = text;
  };
  page.bus.on("announce", say);
  page.store.subscribe(["from", "to", "mode", "filters"], () => {
    window.clearTimeout(waiting);
    const rest = 1000 - (performance.now() - spokenAt);
    if (rest <= 0) say(describe(page));
    else waiting = window.setTimeout(() => say(describe(page)), rest);
  });
}
