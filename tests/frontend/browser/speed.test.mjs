// The figures that the page promises, measured over 100,000 invented incidents: script a step, requests, memory, size, first map.
// The bounds of time hold on two cores that do nothing else; what else the machine does is allowed for by SLACK.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { loadavg } from "node:os";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openPage, startBrowser, startServer } from "./support.mjs";

/** Steps are bounded to 8 ms of script (p95) on an idle machine. A busy one gets four times that: what is redone each step took 40 times. */
const SLACK = loadavg()[0] > 1.5 ? 4 : 1;

/** Incidents at 30,000 places around 400 towns over fourteen years, ever more of them; the same numbers each time. */
function invented(count) {
  let seed = 12_345;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const towns = Array.from({ length: 400 }, () => [-8 + 12 * random(), 11 + 6 * random()]);
  const actors = ["JNIM", "ISSP", "FAMA", "FDS_BF", "UNKNOWN"];
  const types = ["battle", "attack_on_civilians", "explosion_or_remote", "abduction", "looting_or_arson"];
  const pick = (list) => list[Math.floor(random() * list.length)];
  const lines = ["id,date_start,event_type,actor1,fatalities_best,geo_precision,lon,lat,title"];
  for (let i = 0; i < count; i++) {
    const day = new Date(Date.UTC(2012, 0, 1) + Math.sqrt(random()) * 5_300 * 86_400_000).toISOString().slice(0, 10);
    const [lon, lat] = pick(towns);
    const spread = () => Math.round((random() - 0.5) * 12) * 0.02;
    lines.push([i, day, pick(types), pick(actors), Math.floor(random() ** 3 * 20), 1 + Math.floor(random() * 3), (lon + spread()).toFixed(4), (lat + spread()).toFixed(4), `Record ${i}`].join());
  }
  return lines.join("\n");
}

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ incidents: invented(100_000) }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Collects the script time of every step from here on. */
const watchSteps = (page) =>
  page.evaluate(() => {
    globalThis.steps = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === "harmattan:step") globalThis.steps.push(entry.duration);
    }).observe({ entryTypes: ["measure"] });
  });

test("the first script and what it imports is at most 120 KB gzip", () => {
  const folder = "static/dist/assets";
  const html = readFileSync("static/dist/index.html", "utf8");
  const first = [...html.matchAll(/\/assets\/([\w-]+\.js)/g)].map((match) => match[1]);
  assert.ok(first.length >= 1 && first.every((name) => readdirSync(folder).includes(name)));
  const size = first.reduce((sum, name) => sum + gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }).length, 0);
  assert.ok(size <= 120_000, `${size} bytes`);
});

test("a usable map of the bundled size of script is there in time, with a cold cache", async () => {
  const plain = await startServer();
  try {
    const took = [];
    for (let i = 0; i < 3; i++) {
      const { page, close } = await openPage(browser, plain.address, {});
      took.push(await page.evaluate(() => performance.getEntriesByName("harmattan:ready")[0].startTime));
      await close();
    }
    const best = Math.min(...took);
    assert.ok(best <= 1_500 * SLACK, `first usable map after ${took.map(Math.round)} ms`);
  } finally {
    await plain.stop();
  }
});

test("cumulative steps over 100,000 incidents take at most 8 ms of script (p95) with every layer on, and no request", async () => {
  const { page, requests, problems, close } = await openPage(browser, server.address, {
    hash: "from=2012-01-01&to=2025-10-01&mode=cumulative&step=day&speed=30&lang=en&panel=none&layers=regions,areas,front,corridors,control,incidents,labels&front=JNIM",
  });
  await page.waitForSelector("html[data-settled]", { state: "attached" });
  // The cells of the front come last.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /playback\/front/.test(name)));
  await watchSteps(page);
  const asked = requests.length;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForFunction(() => globalThis.steps.length >= 90);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const steps = (await page.evaluate(() => globalThis.steps)).sort((a, b) => a - b);
  const p95 = steps[Math.floor(steps.length * 0.95)];
  assert.ok(p95 <= 8 * SLACK, `p95 ${p95} ms of ${steps.length} steps`);
  assert.match(await page.locator("#summary").innerText(), /\d\d,\d\d\d incidents/);
  assert.deepEqual(requests.slice(asked), []);
  assert.deepEqual(problems, []);
  await close();
});

test("the records of a point come when it is clicked, and open with their titles", async () => {
  const { page, requests, problems, close } = await openPage(browser, server.address, {
    hash: "from=2012-01-01&to=2025-10-01&mode=cumulative&step=day&lang=en&panel=none&layers=incidents",
  });
  await page.waitForSelector("html[data-settled]", { state: "attached" });
  const asked = requests.length;
  const box = await page.locator("#map").boundingBox();
  // Some place in the thick of it.
  for (let i = 0; i < 40 && (await page.locator("#details").isHidden()); i++) await page.mouse.click(box.x + box.width / 2 + 11 * (i % 8), box.y + box.height / 2 + 13 * Math.floor(i / 8));
  await page.locator("#details").getByText(/Record \d+/).first().waitFor();
  assert.ok(requests.length > asked && requests.slice(asked).every((url) => url.includes("/collections/incidents/items")), requests.slice(asked).join(" "));
  assert.deepEqual(problems, []);
  await close();
});

test("fifty loops leave the heap where it was", async () => {
  const { page, close } = await openPage(browser, server.address, {
    hash: "from=2025-01-01&to=2025-01-31&mode=window&step=month&lang=en&panel=none&view=14,-2,6",
  });
  await page.waitForSelector("html[data-settled]", { state: "attached" });
  const heap = () =>
    page.evaluate(() => {
      globalThis.gc();
      return performance.memory.usedJSHeapSize;
    });
  const loops = async (count) => {
    for (let i = 0; i < count; i++) {
      await page.locator("body").press("Home");
      await page.locator("body").press("End");
      for (let step = 0; step < 4; step++) await page.locator("body").press("PageDown");
    }
  };
  await loops(5);
  const before = await heap();
  await loops(50);
  const grown = (await heap()) - before;
  assert.ok(grown < 5_000_000, `${grown} bytes more`);
  await close();
});
