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

export const slider = (page) => page.getByRole("slider").first();
export const spoken = (page) => slider(page).getAttribute("aria-valuetext");

export async function shoot(page, name) {
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
