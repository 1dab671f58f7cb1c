// Which of two compared dates a layer is asked to draw.

import type { Page, Scene } from "../page";

export function sceneOf(page: Page, which: 0 | 1): Scene {
  return which === 1 && page.otherScene ? page.otherScene : page.scene;
}
