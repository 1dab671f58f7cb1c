// The web maps of docs/clients.md, as they stand there, in Chromium over the real server. What they load from a CDN comes from node_modules: the
// versions that the recipes name are the ones that are installed, or the file is not found.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { startBrowser, startServer } from "../frontend/browser/support.mjs";

const CDN = "https://unpkg.com/";
const MEDIA_TYPES = { css: "text/css", js: "text/javascript", mjs: "text/javascript", png: "image/png" };

let server;
let browser;
before(async () => {
  server = await startServer();
  // WebGL in software: the machines that run this have no graphics card.
  browser = await startBrowser(["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The page of a recipe. */
function recipe(heading) {
  const text = readFileSync("docs/clients.md", "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  assert.match(section, /\*Run by a test\*/);
  const [, page] = /```html\n(.*?)```/s.exec(section);
  return page;
}

/** A file of a package, where its version is the one that is asked for. */
function fromPackage(path) {
  const match = /^\/npm\/([a-z-]+)@([\d.]+)\/([\w./-]+)$/.exec(path);
  if (!match || match[3].includes("..")) return null;
  const { version } = JSON.parse(readFileSync(`node_modules/${match[1]}/package.json`, "utf8"));
  return version === match[2] ? readFileSync(`node_modules/${match[1]}/${match[3]}`) : null;
}

/** Serves the page and, under another name and so as another origin, what it loads; neither is the map server's. */
async function serve(page) {
  let packages;
  const host = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    const body = pathname === "/" ? page.replaceAll(CDN, packages) : fromPackage(pathname);
    const mediaType = pathname === "/" ? "text/html" : MEDIA_TYPES[pathname.split(".").at(-1)];
    response.writeHead(body ? 200 : 404, { "content-type": mediaType ?? "text/plain", "access-control-allow-origin": "*" });
    response.end(body ?? "");
  });
  await new Promise((resolve) => host.listen(0, "localhost", resolve));
  const { address, port } = host.address();
  packages = `http://localhost:${port}/npm/`;
  return {
    address: address === "::1" ? `http://[::1]:${port}/` : `http://127.0.0.1:${port}/`,
    packages,
    stop: () => new Promise((resolve) => host.close(resolve)),
  };
}

/** Opens a recipe; its `map` can be asked as `window.map`. */
async function open(heading) {
  const page = recipe(heading)
    .replaceAll("http://127.0.0.1:8080", server.address)
    .replace("const map = ", "const map = globalThis.map = ");
  const host = await serve(page);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const tab = await context.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  tab.on("request", (request) => {
    const url = request.url();
    if (![server.address, host.address, host.packages, "data:", "blob:"].some((own) => url.startsWith(own))) problems.push(`outside request: ${url}`);
  });
  await tab.goto(host.address);
  const close = async () => {
    await context.close();
    await host.stop();
  };
  return { tab, problems, close };
}

async function count(query) {
  const answer = await fetch(`${server.address}/collections/${query}`);
  return (await answer.json()).numberMatched;
}

test("MapLibre draws every incident, and those of the year, from one style and one source", async () => {
  const { tab, problems, close } = await open("MapLibre");
  const drawn = () =>
    tab.evaluate(async () => {
      const { map } = globalThis;
      if (!map.getLayer("year") || !map.loaded()) await new Promise((resolve) => map.once("idle", resolve));
      const ids = (layer) => new Set(map.queryRenderedFeatures({ layers: [layer] }).map((feature) => feature.properties.id)).size;
      return { incidents: ids("incidents"), year: ids("year"), places: ids("places"), land: ids("land"), canvas: map.getCanvas().width };
    });
  await tab.waitForFunction(() => globalThis.map?.getLayer?.("year") && globalThis.map.areTilesLoaded(), undefined, { timeout: 60_000 });
  const found = await drawn();
  assert.deepEqual(problems, []);
  // What has no place is on no tile.
  assert.equal(found.incidents, await count("incidents/items?limit=1&bbox=-180,-90,180,90"));
  assert.equal(found.year, await count("incidents/items?limit=1&bbox=-180,-90,180,90&datetime=2024-01-01/2024-12-31"));
  assert.ok(found.year > 0 && found.year < found.incidents);
  assert.ok(found.places > 0 && found.land > 0, JSON.stringify(found));
  // Land and sea are of different colours: something was painted, and not only queried.
  const colours = await tab.evaluate(async () => {
    const { map } = globalThis;
    const painted = new Promise((resolve) =>
      map.once("render", () => {
        const gl = map.getCanvas().getContext("webgl2");
        const seen = new Set();
        const pixel = new Uint8Array(4);
        for (let at = 0; at < 400; at += 1) {
          gl.readPixels((at * 37) % gl.drawingBufferWidth, (at * 91) % gl.drawingBufferHeight, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
          seen.add(pixel.join());
        }
        resolve(seen.size);
      }),
    );
    map.triggerRepaint();
    return painted;
  });
  assert.ok(colours >= 3, `${colours} colours`);
  await close();
});

test("Leaflet draws each control statement of the day and says who was reported there", async () => {
  const { tab, problems, close } = await open("Leaflet");
  const wanted = await count("control/items?datetime=2025-10-15&limit=1");
  await tab.waitForSelector("path.leaflet-interactive", { state: "attached", timeout: 60_000 });
  assert.equal(await tab.locator("path.leaflet-interactive").count(), wanted);
  await tab.evaluate(() => globalThis.map.eachLayer((layer) => layer.feature?.properties.place === "Bamako" && layer.openPopup()));
  assert.match(await tab.locator(".leaflet-popup-content").innerText(), /^Bamako: /);
  assert.deepEqual(problems, []);
  await close();
});
