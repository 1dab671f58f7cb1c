// axe-core on every panel, light and dark, desktop and phone: nothing serious or critical.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, openSettled, startBrowser, startServer } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Serious and critical findings as short lines. */
async function findings(page) {
  // Evaluated by the debugger, so the page's Content-Security-Policy stays in force.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [size, options] of [["desktop", {}], ["phone", PHONE]]) {
    test(`axe finds nothing serious: ${size}, ${colorScheme}`, async () => {
      const views = [
        "panel=none",
        "panel=none&stack=actor",
        "panel=none&stack=type&lang=ar",
        "panel=layers&layers=regions,areas,incidents,control,corridors,labels",
        "panel=filters",
        "panel=list",
        "panel=compare&other=2022-10-01..2022-10-31",
        "panel=compare&other=2022-10-01..2022-10-31&compare=difference&lang=ar",
        "panel=supply&target=Bamako",
        "panel=supply&target=Bamako&lang=ar",
        "panel=front&layers=front,incidents,labels",
        "panel=front&layers=front,labels&lang=ar",
        "panel=export",
        "panel=none&sel=place/ML/Bamako",
        "panel=none&sel=place/ML/Kidal&lang=ar",
        "panel=none&sel=region/ML-5",
        "panel=none&sel=area/-4,13,-1,13,-1,15.5,-4,15.5",
      ];
      for (const view of views) {
        const { page, close } = await openSettled(browser, server.address, { ...options, colorScheme, hash: `${OCTOBER}&${view}` });
        // Some panels load when they are opened.
        if (!view.includes("panel=none")) await page.waitForSelector("#panel-body > *");
        if (view.includes("stack=")) await page.locator("#stack-key li .swatch").first().waitFor({ state: "attached" });
        if (view.includes("place/")) await page.getByRole("listbox").waitFor();
        if (view.includes("area/")) await page.locator("#details .uplot").waitFor();
        if (view.includes("region/")) await page.locator(".standing .uplot").waitFor();
        if (view.startsWith("panel=front")) await page.locator(".supply-full:not([aria-busy]) .rose-box").waitFor();
        if (view.startsWith("panel=supply")) await page.locator(".gateways").waitFor();
        assert.deepEqual(await findings(page), [], view);
        await close();
      }
      const { page, close } = await openSettled(browser, server.address, { ...options, colorScheme, hash: `${OCTOBER}&panel=list` });
      await page.locator("#panel-body ol.records button").first().click();
      await page.locator("#details .sources").waitFor();
      assert.deepEqual(await findings(page), [], "record");
      await page.locator("#details-close").click();
      await page.getByRole("button", { name: "About", exact: true }).click();
      await page.locator("#about[open]").waitFor();
      assert.deepEqual(await findings(page), [], "about");
      await close();
    });
  }
}
