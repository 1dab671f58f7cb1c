// Light or dark: the system's wish unless the reader chose. Sets the attribute the style sheets go by.

import { DARK, LIGHT } from "./draw/palette";
import type { Palette } from "./draw/palette";
import type { Store, Theme } from "./state";

const wish = () => window.matchMedia("(prefers-color-scheme: dark)");

export function isDark(theme: Theme): boolean {
  return theme === "dark" || (theme === "auto" && wish().matches);
}

/** Keeps the document in step; `changed` runs after every switch. */
export function mountTheme(store: Store, changed: () => void): () => Palette {
  let palette = LIGHT;
  const apply = () => {
    const dark = isDark(store.get().theme) && !printing;
    palette = dark ? DARK : LIGHT;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  let printing = false;
  const follow = () => {
    apply();
    changed();
  };
  apply();
  store.subscribe(["theme"], follow);
  wish().addEventListener("change", follow);
  // Paper is white.
  for (const [event, value] of [["beforeprint", true], ["afterprint", false]] as const) {
    window.addEventListener(event, () => {
      printing = value;
      follow();
    });
  }
  return () => palette;
}
