// The figures that the page promises, measured over 100,000 invented incidents: script a step, requests, memory, size, first map.
// The bounds of time are those of the machine that the figures are of, when it does nothing else. What another machine takes longer, and what else
// it does, a fixed piece of script beside the measured one tells; of some rounds the quietest counts.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openPage, painted, settled, startBrowser, startServer } from "./support.mjs";

/** What the fixed piece of script takes (p95) where the figures were taken, in milliseconds. */
const FIXED_MS = 3;
/** Bounds are stretched no further: what is redone each step took 40 times as long. */
const MOST_SLACK = 8;
/** A load that comes and goes leaves one of so many rounds alone. */
const ROUNDS = 5;

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

const p95 = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)];

/** How many times as long as where the figures were taken a fixed piece of script takes here and now: 90 runs, one a frame, as steps come. */
async function slack(page) {
  const times = await page.evaluate(async () => {
    const pixels = new Uint32Array(2_600_000);
    const places = Uint32Array.from({ length: 400_000 }, (_, i) => (i * 2_654_435_761) % pixels.length);
    const took = [];
    for (let run = 0; run < 90; run++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const begun = performance.now();
      for (let i = 0; i < places.length; i++) pixels[places[i]] = pixels[places[i]] ^ run;
      took.push(performance.now() - begun);
    }
    return took;
  });
  return { slack: Math.min(MOST_SLACK, Math.max(1, p95(times) / FIXED_MS)), fixed: p95(times), least: Math.min(...times) };
}

test("the first script and what it imports is at most 120 KB gzip", () => {
  const folder = "static/dist/assets";
  const html = readFileSync("static/dist/index.html", "utf8");
  const first = [...html.matchAll(/\/assets\/([\w-]+\.js)/g)].map((match) => match[1]);
  assert.ok(first.length >= 1 && first.every((name) => readdirSync(folder).includes(name)));
  const size = first.reduce((sum, name) => sum + gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }).length, 0);
  assert.ok(size <= 120_000, `${size} bytes`);
});

test("a usable map of the bundled size of script is there in time, with a cold cache", async (t) => {
  const plain = await startServer();
  try {
    const rounds = [];
    for (let i = 0; i < ROUNDS && !rounds.some(({ share }) => share <= 1); i++) {
      const { page, close } = await openPage(browser, plain.address, {});
      const ready = await page.evaluate(() => performance.getEntriesByName("harmattan:ready")[0].startTime);
      const here = await slack(page);
      rounds.push({ ready, ...here, share: ready / (1_500 * here.slack) });
      await close();
    }
    t.diagnostic(JSON.stringify(rounds));
    assert.ok(rounds.some(({ share }) => share <= 1), `first usable map, in ms: ${JSON.stringify(rounds)}`);
  } finally {
    await plain.stop();
  }
});

test("cumulative steps over 100,000 incidents take at most 8 ms of script (p95) with every layer on, and no request", async (t) => {
  const { page, requests, problems, close } = await openPage(browser, server.address, {
    hash: "from=2012-01-01&to=2025-10-01&mode=cumulative&step=day&speed=30&lang=en&panel=none&layers=regions,areas,front,corridors,control,incidents,labels&front=JNIM",
  });
  await settled(page);
  // The cells of the front come last.
  await painted(page, "front");
  await watchSteps(page);
  const asked = requests.length;
  const rounds = [];
  for (let i = 0; i < ROUNDS && !rounds.some(({ share }) => share <= 1); i++) {
    // Back to where the round before began, so that none comes to the end.
    for (let back = 0; i > 0 && back < 7; back++) await page.locator("body").press("PageDown");
    await page.evaluate(() => (globalThis.steps = []));
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForFunction(() => globalThis.steps.length >= 60);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    const steps = await page.evaluate(() => globalThis.steps);
    const here = await slack(page);
    rounds.push({ p95: p95(steps), steps: steps.length, ...here, share: p95(steps) / (8 * here.slack) });
  }
  t.diagnostic(JSON.stringify(rounds));
  assert.ok(rounds.some(({ share }) => share <= 1), `p95 in ms: ${JSON.stringify(rounds)}`);
  assert.match(await page.locator("#summary").innerText(), /\d\d,\d\d\d incidents/);
  assert.deepEqual(requests.slice(asked), []);
  assert.deepEqual(problems, []);
  await close();
});

test("the records of a point come when it is clicked, and open with their titles", async () => {
  const { page, requests, problems, close } = await openPage(browser, server.address, {
    hash: "from=2012-01-01&to=2025-10-01&mode=cumulative&step=day&lang=en&panel=none&layers=incidents",
  });
  await settled(page);
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
  await settled(page);
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
