// Starts the real server on a free port and the system's Chromium, and watches every page for errors and outside requests.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { chromium } from "playwright-core";

const BINARY = process.env.HARMATTAN_BIN ?? "target/debug/harmattan";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const SHOTS = "target/screenshots";
/** A first start fills the store with the bundled data. */
const START_MS = 120_000;
/** For what is waited for in a page: a busy machine may be slow to show it. */
const PATIENCE_MS = 60_000;
/** Longer than anything that the page puts off while it does not play. */
const PUT_OFF_MS = 500;

export const OCTOBER = "from=2025-10-01&to=2025-10-31&mode=window&step=month&lang=en";

/** Serves the bundled data, with more incidents where `incidents` names a CSV of them. */
export async function startServer({ incidents = null } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "harmattan-page-"));
  if (incidents) {
    const file = join(folder, "incidents.csv");
    writeFileSync(file, incidents);
    execFileSync(BINARY, ["import", "--store", join(folder, "store.gpkg"), "--dataset", "invented", file], { stdio: "ignore" });
  }
  const child = spawn(BINARY, ["serve", "--listen", "127.0.0.1:0", "--store", join(folder, "store.gpkg")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = [];
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address after ${START_MS} ms: ${said.join("")}`)), START_MS);
    const listen = (chunk) => {
      said.push(String(chunk));
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(said.join(""));
      if (!match) return;
      clearTimeout(timer);
      resolve(match[0]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", (chunk) => said.push(String(chunk)));
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said.join("")}`)));
  });
  return {
    address,
    stop: () =>
      new Promise((resolve) => {
        child.on("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill("SIGTERM");
      }),
  };
}

/** Starts Chromium; `graphics` says how it draws. */
export function startBrowser(graphics = ["--disable-gpu"]) {
  mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      ...graphics,
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--enable-precise-memory-info",
      "--js-flags=--expose-gc",
    ],
  });
}

export const DESKTOP = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** A loaded page with `problems` (console errors, exceptions, requests to another host) and `requests`. */
export async function openPage(browser, address, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...DESKTOP, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    requests.push(url);
    if (!url.startsWith(address) && !url.startsWith("data:")) problems.push(`outside request: ${url}`);
  });
  await page.goto(`${address}/${hash ? `#${hash}` : ""}`);
  await page.waitForSelector("html[data-ready], #status[data-failed]");
  if ((await page.locator("html[data-ready]").count()) === 0) {
    throw new Error(`the page failed: ${await page.locator("#status").innerText()}; ${problems.join("; ")}`);
  }
  return { page, problems, requests, close: () => context.close() };
}

/** The same when all has come that a page asks for by itself, and stands. */
export async function openSettled(browser, address, options) {
  const opened = await openPage(browser, address, options);
  await settled(opened.page);
  return opened;
}

export async function settled(page) {
  await page.waitForSelector("html[data-settled]", { state: "attached" });
  await caughtUp(page);
}

/** What the page has put off until now has run: its timers run in the order in which they are due, on a slow machine too. */
export const caughtUp = (page) =>
  page.evaluate((ms) => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => setTimeout(resolve, 0), ms))), PUT_OFF_MS);

/** Waits until what the clock's slider says matches. */
export const said = (page, pattern) =>
  page.waitForFunction(([source, flags]) => new RegExp(source, flags).test(document.querySelector("#thumb-end").getAttribute("aria-valuetext")), [pattern.source, pattern.flags]);

/** Waits until a layer's canvas has pixels that are drawn on, or has none. */
export const painted = (page, layer, some = true) =>
  page.waitForFunction(
    ([name, wanted]) => {
      const canvas = document.querySelector(`.leaflet-${name}-pane canvas`);
      if (!canvas) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = false;
      for (let i = 3; i < data.length && !found; i += 4) found = data[i] > 0;
      return found === wanted;
    },
    [layer, some],
  );

export const slider = (page) => page.getByRole("slider").first();
export const spoken = (page) => slider(page).getAttribute("aria-valuetext");

export async function shoot(page, name) {
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
