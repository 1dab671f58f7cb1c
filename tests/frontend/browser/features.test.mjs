// What the page does beyond playing: compare, report, export, share, search, work in Arabic, in a frame, and without a network.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, caughtUp, openSettled, painted, said, settled, shoot, slider, spoken, startBrowser, startServer } from "./support.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const open = (options) => openSettled(browser, server.address, options);
const WHOLE = "from=2012-01-01&to=2026-10-06&mode=cumulative&step=month&lang=en";
const incidents = async (page) => Number(/: ([\d,]+) incident/.exec(await spoken(page))[1].replace(",", ""));

/** Share of pixels of two pictures, as data URLs, that differ clearly; the second may be taller. */
const difference = (page, a, b) =>
  page.evaluate(
    async ([one, two]) => {
      const pixels = async (bytes) => {
        const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))]));
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [picture.width, picture.height];
        const context = canvas.getContext("2d");
        context.drawImage(picture, 0, 0);
        return { width: picture.width, height: picture.height, data: context.getImageData(0, 0, picture.width, picture.height).data };
      };
      const [first, second] = [await pixels(one), await pixels(two)];
      let different = 0;
      for (let y = 0; y < first.height; y++) {
        for (let x = 0; x < first.width; x++) {
          const [i, j] = [4 * (y * first.width + x), 4 * (y * second.width + x)];
          if ([0, 1, 2].some((k) => Math.abs(first.data[i + k] - second.data[j + k]) > 24)) different += 1;
        }
      }
      return different / (first.width * first.height);
    },
    [a, b].map((buffer) => buffer.toString("base64")),
  );

async function download(page, run) {
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), run()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

for (const [what, more] of [["the layers it opens with", ""], ["the front", "&layers=front,incidents,labels&front=JNIM"]]) {
  test(`a film's frames are the player's: the picture of a step is the map on the screen, with date and sources below: ${what}`, async () => {
    const { page, problems, close } = await open({ hash: `${OCTOBER}&panel=export&view=13.2,-5,6.5${more}` });
    if (more) await painted(page, "front");
    const { name, bytes } = await download(page, () => page.getByRole("button", { name: "Picture (PNG)" }).click());
    assert.equal(name, "harmattan-2025-10-31.png");
    await page.evaluate(() => {
      for (const node of document.querySelectorAll("#stage > :not(#map), .leaflet-control-container")) node.style.visibility = "hidden";
    });
    const screen = await page.locator("#map").screenshot();
    assert.ok((await difference(page, screen, bytes)) < 0.005);
    if (more) {
      // The cells are in both: without them the picture is another.
      await page.evaluate(() => (document.querySelector(".leaflet-front-pane").style.visibility = "hidden"));
      assert.ok((await difference(page, await page.locator("#map").screenshot(), bytes)) > 0.005);
    }
    assert.deepEqual(problems, []);
    await close();
  });
}

test("a copied link has its filters, its front and its words in the picture that is shown of it", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=export&layers=front,incidents&front=JNIM&countries=ML&types=convoy_attack,battle&q=Bamako&view=13.2,-5,6.5` });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy link to this view" }).first().click();
  await page.getByRole("button", { name: "Link copied" }).waitFor();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  const shown = await (await fetch(link, { headers: { accept: "text/html" } })).text();
  const image = new URL(/property="og:image" content="([^"]*)"/.exec(shown)[1].replace(/&amp;/g, "&"));
  const asked = Object.fromEntries(image.searchParams);
  assert.deepEqual(
    { front: asked.front, layers: asked.layers, country: asked.country, event_type: asked.event_type, q: asked.q },
    { front: "JNIM", layers: "front,incidents", country: "ML", event_type: "convoy_attack,battle", q: "Bamako" },
  );
  const answers = await Promise.all([image.search, image.search.replace(/&q=[^&]*/, "")].map((search) => fetch(`${server.address}${image.pathname}${search}`)));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
  const [filtered, wider] = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())));
  assert.ok(!filtered.equals(wider));
  // Without its hash the link still opens the filtered map.
  const bare = await open({ hash: "" });
  await bare.page.goto(`${link.origin}/${link.search}`);
  await settled(bare.page);
  assert.equal(await incidents(bare.page), await incidents(page));
  assert.match(await bare.page.locator("#headline").innerText(), /Filtered/);
  for (const each of [close, bare.close]) await each();
});

test("an animation has a frame a step, a film is written where the browser can", async () => {
  const { page, problems, close } = await open({ hash: "from=2026-07-01&to=2026-07-31&mode=window&step=month&lang=en&panel=export&speed=4", viewport: { width: 1000, height: 700 } });
  const before = await spoken(page);
  const gif = await download(page, () => page.getByRole("button", { name: "Animation (GIF)" }).click());
  assert.equal(gif.bytes.subarray(0, 6).toString(), "GIF89a");
  // Each frame begins with a graphic control extension of four bytes.
  let frames = 0;
  for (let i = 0; i + 3 < gif.bytes.length; i++) if (gif.bytes[i] === 0x21 && gif.bytes[i + 1] === 0xf9 && gif.bytes[i + 2] === 4) frames += 1;
  assert.equal(frames, 4);
  if (await page.evaluate(() => "VideoEncoder" in window)) {
    const film = await download(page, () => page.getByRole("button", { name: "Film (video)" }).click());
    assert.match(film.name, /\.(mp4|webm)$/);
    assert.ok(film.bytes.length > 20_000, String(film.bytes.length));
  }
  assert.equal(await spoken(page), before);
  assert.deepEqual(problems, []);
  await close();
});

test("the selection as CSV and GeoJSON has every record of the window, with its source and licence", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=export` });
  const count = await incidents(page);
  const geojson = JSON.parse((await download(page, () => page.getByRole("button", { name: "GeoJSON", exact: true }).click())).bytes.toString());
  assert.equal(geojson.features.length, count);
  for (const { properties } of geojson.features) assert.ok(properties.source && properties.licence);
  const csv = (await download(page, () => page.getByRole("button", { name: "Table (CSV)" }).click())).bytes.toString();
  assert.match(csv, /^\ufeffid,date_start,.*source.*licence/);
  await close();
});

test("two dates: swipe by keyboard, and what differs in figures", async () => {
  const { page, problems, close } = await open({ hash: `${OCTOBER}&panel=compare` });
  await page.getByRole("button", { name: "Compare with a year before" }).click();
  const handle = page.getByRole("slider", { name: "Line between the two dates" });
  assert.match(await handle.getAttribute("aria-valuetext"), /2024 on the left 50 %.*October 2025 on the right/);
  await handle.focus();
  await page.keyboard.press("PageDown");
  assert.match(await handle.getAttribute("aria-valuetext"), /40 %/);
  await page.getByLabel("Other date").fill("2022-10-31");
  await page.getByRole("radio", { name: "Difference" }).check({ force: true });
  await page.locator("#panel-body").getByText("From 31 October 2022 to 31 October 2025").waitFor();
  const text = await page.locator("#panel-body").innerText();
  assert.match(text, /Malian armed and security forces\s+\d+ place/);
  assert.match(text, /Newly contested: \d+ place/);
  await shoot(page, "desktop-light-difference");
  assert.deepEqual(problems, []);
  await close();
});

test("a second page from the hash shows the same picture, compared dates and all", async () => {
  const hash = `${OCTOBER}&view=13.5,-4,6.5&other=2022-10-01..2022-10-31&compare=swipe&split=0.4&fade=1&layers=regions,areas,incidents,control,corridors,labels&panel=compare`;
  const one = await open({ hash });
  const two = await open({ hash: one.page.url().split("#")[1] });
  const shots = await Promise.all([one, two].map(({ page }) => page.screenshot()));
  assert.ok((await difference(one.page, shots[0], shots[1])) < 0.005);
  for (const { close } of [one, two]) await close();
});

test("a drawn area and what is in view get a report with a chart; a region too", async () => {
  const { page, problems, close } = await open({ hash: `${WHOLE}&panel=none&view=14,-3,6.5` });
  await page.getByRole("button", { name: "Draw an area" }).click();
  const box = await page.locator("#map").boundingBox();
  for (const [x, y] of [[0.3, 0.3], [0.6, 0.3], [0.6, 0.7], [0.3, 0.7]]) await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
  await page.keyboard.press("Enter");
  const card = page.locator("#details");
  await card.locator(".uplot").waitFor();
  assert.match(await card.innerText(), /Drawn area[\s\S]*\d+ incidents[\s\S]*Side that acted[\s\S]*Towns, as reported[\s\S]*watched towns/);
  assert.match(await card.locator(".chart").getAttribute("aria-label"), /Records a month over the whole period: [\d,]+ in all/);
  await shoot(page, "desktop-light-area");
  const drawn = await card.locator("p.lead").innerText();
  await page.getByRole("button", { name: "Report on this view" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction((old) => document.querySelector("#details p.lead").innerText !== old, drawn);
  await page.evaluate(() => (location.hash = location.hash.replace(/sel=[^&]*/, "sel=region/ML-5")));
  await page.locator("#details-title").getByText("Mopti").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("four modes, backwards, empty steps passed over, a loop goes on", async () => {
  const { page, close } = await open({ hash: "from=2012-01-01&to=2012-01-31&mode=instant&step=day&skip=1&lang=en&panel=none" });
  for (let i = 0; i < 3; i++) {
    await slider(page).press("ArrowRight");
    assert.ok((await incidents(page)) > 0);
  }
  await page.getByRole("radio", { name: "Month", exact: true }).check();
  await page.getByRole("radio", { name: "To the end", exact: true }).check();
  assert.match(await spoken(page), / to .*2026: /);
  const all = await incidents(page);
  await slider(page).press("End");
  assert.ok((await incidents(page)) < all);
  await page.getByRole("checkbox", { name: "Backwards" }).check();
  // Slow enough to be stopped before it comes to its end.
  await page.locator("#speed").selectOption("8");
  const least = await incidents(page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForFunction((few) => Number(/: ([\d,]+) incident/.exec(document.querySelector("#thumb-end").getAttribute("aria-valuetext"))[1].replace(",", "")) > few + 50, least);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("radio", { name: "Cumulative", exact: true }).check();
  await page.getByRole("checkbox", { name: "Backwards" }).uncheck();
  await page.getByRole("checkbox", { name: "Loop" }).check();
  await slider(page).press("End");
  const atEnd = await incidents(page);
  for (let i = 0; i < 3; i++) await slider(page).press("ArrowLeft");
  await page.keyboard.press("Space");
  // From the last step on with the first.
  await page.waitForFunction((many) => Number(/: ([\d,]+) incident/.exec(document.querySelector("#thumb-end").getAttribute("aria-valuetext"))[1].replace(",", "")) < many / 2, atEnd);
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await close();
});

test("the histogram follows the map: elsewhere its tallest stack is another", async () => {
  const { page, close } = await open({ hash: `${WHOLE}&panel=none&view=14,-3,5.5` });
  const wide = await page.locator("#histogram").evaluate((canvas) => canvas.toDataURL());
  await page.evaluate(() => (location.hash = location.hash.replace(/view=[^&]*/, "view=20,-6,8")));
  await page.waitForFunction((before) => document.querySelector("#histogram").toDataURL() !== before, wide);
  await close();
});

test("the bars stack by side, actor or type: other bars, the same incidents, a link that says it, in words too", async () => {
  const { page, problems, close } = await open({ hash: `${WHOLE}&panel=none&view=14,-3,5.5` });
  const bars = () => page.locator("#histogram").evaluate((canvas) => canvas.toDataURL());
  const key = page.locator("#stack-key");
  const counts = async () => (await key.locator("li").allTextContents()).map((text) => Number(/: ([\d,]+)$/.exec(text)[1].replace(",", "")));
  const total = async () => (await counts()).reduce((a, b) => a + b, 0);
  await key.locator("li").first().waitFor({ state: "attached" });
  const all = await total();
  assert.ok(all > 200);
  assert.doesNotMatch(page.url(), /stack=/);
  const seen = new Set([await bars()]);
  const choice = page.getByRole("combobox", { name: "Bars" });
  await choice.focus();
  for (const [stack, words, first] of [["actor", "by actor named first", /JNIM/], ["type", "by type", /^Battle/]]) {
    await page.keyboard.press("ArrowDown");
    await page.getByRole("region", { name: `Incidents in view over all the years, ${words}` }).waitFor();
    await page.waitForFunction((name) => location.hash.includes(`stack=${name}`), stack);
    assert.equal(await total(), all, stack);
    assert.match(await key.locator("li").first().textContent(), first);
    assert.match(await page.locator("#caption").textContent(), new RegExp(`${words}$`));
    seen.add(await bars());
    await shoot(page, `desktop-light-stack-${stack}`);
  }
  assert.equal(seen.size, 3);
  const byActor = await page.evaluate(() => (location.hash = location.hash.replace("stack=type", "stack=actor")));
  await page.getByRole("region", { name: /by actor named first/ }).waitFor();
  const few = await counts();
  assert.ok(few.length <= 7);
  assert.deepEqual(few.slice(0, 5), few.slice(0, 5).sort((a, b) => b - a));
  const second = await open({ hash: byActor.slice(1) });
  await second.page.getByRole("region", { name: /by actor named first/ }).waitFor();
  assert.equal(await second.page.getByRole("combobox", { name: "Bars" }).inputValue(), "actor");
  await second.close();
  assert.deepEqual(problems, []);
  await close();
});

test("search finds places without their accents and moves there; filters of deaths and precision hold", async () => {
  const { page, close } = await open({ hash: `${WHOLE}&panel=filters` });
  const all = await incidents(page);
  await page.getByLabel("Search").fill("menaka");
  await page.locator(".places").getByText("Ménaka, Mali").click();
  await page.waitForFunction(() => /view=15\.9\d*,2\.4/.test(location.hash));
  await page.getByRole("button", { name: "Clear all filters" }).click();
  // Greyed out together with the counts of no filter.
  await page.getByRole("button", { name: "Clear all filters", disabled: true }).waitFor();
  const group = page.getByRole("group", { name: "Reported deaths, best figure" });
  const line = group.locator("label", { has: page.getByText("100 or more", { exact: true }) });
  const beside = Number(await line.locator(".count").innerText());
  await line.locator("input").check();
  assert.equal(await incidents(page), beside);
  assert.ok(beside > 0 && beside < all);
  await page.waitForFunction(() => /deaths=100/.test(location.hash));
  await close();
});

test("a record shows its versions, and a link to it opens it", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=list` });
  await page.locator("#panel-body ol.records button").first().click();
  await page.locator("#details").getByText("Versions of this record").click();
  await page.locator("#details").getByText("First version").waitFor();
  // What comes later makes the card anew, and leaves it unfolded.
  await caughtUp(page);
  assert.equal(await page.locator("#details").getByText("First version").isVisible(), true);
  const title = await page.locator("#details-title").innerText();
  await page.waitForFunction(() => /sel=incident/.test(location.hash));
  const second = await open({ hash: page.url().split("#")[1] });
  await second.page.locator("#details-title", { hasText: title }).waitFor();
  await second.close();
  await close();
});

test("as known on a day before anything was known, nothing shows, and the page says so", async () => {
  const { page, requests, close } = await open({ hash: WHOLE });
  assert.ok((await incidents(page)) > 300);
  await page.evaluate(() => (location.hash = `${location.hash}&known=2000-01-01`));
  await said(page, /: 0 incidents/);
  assert.ok(requests.some((url) => url.includes("/playback/incidents?known_at=2000-01-01")));
  assert.match(await page.locator("#known").innerText(), /As known on 1 January 2000/);
  await close();
});

test("above the server's bound the map shows counts per cell and says so", async () => {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.route("**/playback/incidents*", (route) => route.continue({ url: `${server.address}/playback/incidents?max_rows=200` }));
  await page.goto(`${server.address}/#${WHOLE}&panel=list`);
  await settled(page);
  assert.match(await page.locator("#panel-body").innerText(), /3\d\d records are too many for one page: they are shown as counts per cell and day/);
  assert.match(await spoken(page), /: 3\d\d incidents/);
  await slider(page).press("PageDown");
  assert.match(await spoken(page), /incident/);
  await context.close();
});

test("Arabic runs from right to left, with its own plurals and the same player", async () => {
  const { page, problems, close } = await open({ hash: OCTOBER.replace("lang=en", "lang=ar") });
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ["ar", "rtl"]);
  assert.match(await spoken(page), /أكتوبر 2025: 9 حوادث/);
  await page.getByRole("button", { name: "تشغيل", exact: true }).waitFor();
  await shoot(page, "desktop-light-ar");
  assert.deepEqual(problems, []);
  await close();
  const phone = await open({ ...PHONE, hash: OCTOBER.replace("lang=en", "lang=ar") });
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 390);
  await shoot(phone.page, "phone-light-ar");
  await phone.close();
});

test("in a frame there is the map, the date and the player, and a way to the whole", async () => {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 800, height: 560 } });
  const page = await context.newPage();
  await page.goto(`${server.address}/?embed=1#${OCTOBER}`);
  await page.waitForSelector("html[data-ready]");
  for (const id of ["#top", "#tabs", "#panel"]) assert.equal(await page.locator(id).isVisible(), false, id);
  assert.match(await page.locator("#date").innerText(), /October 2025/);
  await page.getByRole("button", { name: "Play", exact: true }).click({ trial: true });
  await page.getByRole("button", { name: "Open the whole map" }).waitFor();
  await shoot(page, "embed");
  await context.close();
});

test("after a first visit the page opens without a network, plays, and says how old it is", async () => {
  const { page, close } = await open({ hash: OCTOBER });
  await page.evaluate(() => navigator.serviceWorker.ready);
  const before = await spoken(page);
  // Answers are kept behind the map.
  await page.waitForFunction(async () => {
    const kept = (await (await caches.open("harmattan-answers-1")).keys()).map(({ url }) => new URL(url).pathname);
    return ["/playback/incidents", "/playback/control", "/playback/corridors"].every((path) => kept.includes(path));
  });
  await page.context().setOffline(true);
  await page.reload();
  await settled(page);
  assert.equal(await spoken(page), before);
  await slider(page).press("ArrowLeft");
  assert.match(await spoken(page), /^September 2025: /);
  assert.match(await page.locator("#known").innerText(), /No connection: as loaded on /);
  await page.getByRole("button", { name: "FR – français" }).click();
  await page.waitForSelector("html[lang=fr]");
  assert.match(await spoken(page), /^septembre 2025/);
  await close();
});

test("on a spared line nothing comes that the map does not need, until it is asked for", async () => {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${server.address}/#${OCTOBER}&panel=layers`);
  await settled(page);
  assert.deepEqual(requests.filter((path) => /regions|incidents\/items/.test(path)), []);
  await Promise.all([page.waitForRequest(/collections\/regions/), page.locator("label.switch", { hasText: "Regions by number of records" }).click()]);
  assert.ok(requests.includes("/collections/regions/items"));
  await page.getByRole("button", { name: "Records", exact: true }).click();
  await page.locator("#panel-body").getByText("Large army-escorted fuel convoy enters Bamako").waitFor();
  await context.close();
});
