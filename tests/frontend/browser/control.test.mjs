// Assessed control on the page: land on the clock, places and regions over the years, two dates, as known on another day.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, openSettled, painted, shoot, slider, spoken, startBrowser, startServer } from "./support.mjs";

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

/** Pixels of the canvas of assessed land as one text, and how many of them are drawn on. */
const land = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector(".leaflet-areas-pane canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn += 1;
    return { drawn, picture: canvas.toDataURL() };
  });

test("land follows the clock without a request, and nothing is drawn before the first report", async () => {
  const { page, requests, problems, close } = await open({ hash: "from=2023-10-01&to=2023-10-31&mode=window&step=month&lang=en&panel=none&layers=areas&view=18.4,1.4,8" });
  const asked = requests.length;
  const october = await land(page);
  assert.ok(october.drawn > 1000, String(october.drawn));
  await slider(page).press("ArrowRight");
  const november = await land(page);
  // Kidal changed hands on 14 November 2023.
  assert.notEqual(november.picture, october.picture);
  await slider(page).press("ArrowLeft");
  assert.equal((await land(page)).picture, october.picture);
  assert.deepEqual(requests.slice(asked), []);
  await page.evaluate(() => (location.hash = location.hash.replace("layers=areas", "layers=labels")));
  await painted(page, "areas", false);
  assert.deepEqual(problems, []);
  await close();
});

test("neighbours of one state are one area: no line between their cells", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=none&layers=areas&view=10.8,0.2,8.5` });
  // Within a fill of one hue a seam would be a line of pixels of another strength, with the same fill on both sides of it.
  const seams = await page.evaluate(() => {
    const canvas = document.querySelector(".leaflet-areas-pane canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const at = (x, y) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 4).join();
    let found = 0;
    let solid = 0;
    for (let y = 2; y < height - 2; y += 3) {
      for (let x = 2; x < width - 2; x++) {
        const [before, here, next] = [at(x - 2, y), at(x, y), at(x + 2, y)];
        // The state's blue at its strongest; stripes and hatching are lines of their own.
        if (data[4 * (y * width + x - 2) + 3] < 100 || before !== next || at(x - 1, y) !== before) continue;
        solid += 1;
        if (here !== before && at(x + 1, y) === before) found += 1;
      }
    }
    return { found, solid };
  });
  assert.ok(seams.solid > 500, JSON.stringify(seams));
  assert.equal(seams.found, 0, JSON.stringify(seams));
  await close();
});

test("a click on land opens its place: reported, assessed, how old, and blockade apart", async () => {
  const { page, problems, close } = await open({ hash: `${OCTOBER}&view=12.65,-7.95,9&layers=areas&panel=none` });
  const map = await page.locator("#map").boundingBox();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
  const card = page.locator("#details");
  await card.getByText("Assessed for 31 October 2025").waitFor();
  const text = await card.innerText();
  assert.match(text, /^Bamako, Mali/);
  assert.match(text, /As reported for 31 October 2025[\s\S]*Assessed for 31 October 2025[\s\S]*Held[\s\S]*Malian armed and security forces/);
  assert.match(text, /\d+ % believed, \d+ % unknown/);
  assert.match(text, /Last confirmed\s+by a report that covers this day/);
  assert.match(text, /Blockade\s+Partial blockade reported \(Group for the Support of Islam and Muslims \(JNIM\)\)/);
  await shoot(page, "desktop-light-assessed-bamako");
  // Djibo was last spoken of on 16 May 2025, as its statement says too.
  await page.waitForFunction(() => location.hash.includes("place/ML/Bamako"));
  await page.evaluate(() => (location.hash = location.hash.replace("place/ML/Bamako", "place/BF/Djibo")));
  await page.locator("#details-title").getByText("Djibo").waitFor();
  await card.locator(".standing").getByText("168 days before, on 16 May 2025").waitFor();
  assert.match(await card.innerText(), /Last confirmed\s+168 days before, on 16 May 2025/);
  assert.deepEqual(problems, []);
  await close();
});

test("the strip of a place is walked by keyboard, spoken, and moves the clock", async () => {
  const { page, requests, close } = await open({ hash: "from=2023-11-01&to=2023-11-10&mode=window&step=month&lang=en&panel=none&sel=place/ML/Kidal" });
  const strip = page.getByRole("listbox", { name: "Kidal over the years, as assessed" });
  await strip.waitFor();
  const asked = requests.length;
  const names = await strip.getByRole("option").evaluateAll((options) => options.map((option) => option.getAttribute("aria-label")));
  assert.ok(names.length >= 5, names.join("\n"));
  assert.match(names.join("\n"), /14 November 2023 to 25 April 2026: Held – Malian armed and security forces/);
  await strip.focus();
  await page.keyboard.press("Home");
  const active = () => strip.evaluate((list) => document.getElementById(list.getAttribute("aria-activedescendant")).getAttribute("aria-label"));
  assert.equal(await active(), names[0]);
  const at = names.findIndex((name) => name.startsWith("14 November 2023"));
  for (let i = 0; i < at; i++) await page.keyboard.press("ArrowRight");
  assert.equal(await active(), names[at]);
  await page.keyboard.press("Enter");
  assert.match(await spoken(page), /14 November 2023/);
  await page.locator("#details").getByText("Assessed for 14 November 2023").waitFor();
  // The step did not take the focus away.
  assert.equal(await strip.evaluate((list) => list === document.activeElement), true);
  assert.match(await strip.locator("[aria-selected=true]").getAttribute("aria-label"), /^14 November 2023/);
  assert.deepEqual(requests.slice(asked), []);
  await close();
});

test("a change of hands whose day nobody reported says between which days", async () => {
  const { page, close } = await open({ hash: "from=2025-10-01&to=2025-10-31&mode=window&step=month&lang=en&panel=none&layers=areas" });
  const told = await (await fetch(`${server.address}/playback/control`)).json();
  const at = (name) => told.states.columns.indexOf(name);
  const rows = told.states.rows.filter((row) => row[at("changed_after")] !== null && row[at("since")] - row[at("changed_after")] > 40);
  assert.ok(rows.length > 0);
  let seen = 0;
  for (const row of rows) {
    const area = told.areas[row[0]];
    const middle = new Date(((row[at("since")] + row[at("changed_after")]) >> 1) * 86_400_000).toISOString().slice(0, 10);
    await page.evaluate(([key, date]) => (location.hash = location.hash.replace(/from=[^&]*/, `from=${date}`).replace(/to=[^&]*/, `to=${date}`).replace(/sel=[^&]*|$/, `&sel=place/${key}`)), [`${area.country}/${area.place}`, middle]);
    await page.locator("#details-title").getByText(area.place).waitFor();
    const day = new Date(middle).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    await page.locator("#details .standing").getByText(`Assessed for ${day}`).waitFor();
    const text = await page.locator("#details").innerText();
    if (/Changing hands\s+Between .* and .*, from .* to .*; no report tells the day\./.test(text)) seen += 1;
    if (seen > 0) break;
  }
  assert.ok(seen > 0, `${rows.length} rows`);
  await shoot(page, "desktop-light-changing-hands");
  await close();
});

test("a region tells shares in three denominators, unknown among them, and follows the clock without a request", async () => {
  const { page, requests, problems, close } = await open({ hash: `${OCTOBER}&panel=none&sel=region/ML-5` });
  const card = page.locator("#details");
  const table = card.getByRole("table");
  await table.waitFor();
  await card.locator(".standing .uplot").waitFor();
  const asked = requests.length;
  const served = await (await fetch(`${server.address}/analytics/control?date=2025-10-31&level=1&region=ML-5`)).json();
  const region = served.regions[0];
  const unknown = region.shares.at(-1);
  const percent = (share) => `${Math.round(share * 100)} %`;
  const cells = await table.getByRole("row", { name: /^Unknown/ }).getByRole("cell").allInnerTexts();
  ["places", "population", "area"].forEach((name, i) => {
    const { value, lo, hi } = unknown[name];
    assert.ok(cells[i].startsWith(percent(value)), `${cells[i]} ${value}`);
    assert.ok(cells[i].includes(`(${Math.round(lo * 100)}–${Math.round(hi * 100)})`), `${cells[i]} ${lo} ${hi}`);
    assert.match(cells[i], /\[\d+–\d+\]/);
  });
  assert.match(await card.innerText(), /insufficient data/);
  assert.match(await card.locator(".standing .chart").getAttribute("aria-label"), /31 October 2025: .*Unknown \d+ %/);
  const names = card.getByRole("listbox", { name: "What the region may be named after, over the years" });
  assert.match(await names.getByRole("option").last().getAttribute("aria-label"), /: insufficient data$/);
  const before = await table.innerText();
  for (let i = 0; i < 14; i++) await slider(page).press("PageDown");
  await page.waitForFunction((old) => document.querySelector("#details table").innerText !== old, before);
  await card.getByRole("radio", { name: "People" }).check({ force: true });
  await card.locator(".standing .uplot").waitFor();
  assert.deepEqual(requests.slice(asked), []);
  await card.getByRole("button", { name: "All of Mali" }).click();
  await page.locator("#details-title").getByText("Mali", { exact: true }).waitFor();
  await card.getByRole("table").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("the fill of the land is text too: every place by name, and the clock keeps the list open", async () => {
  const { page, problems, close } = await open({ hash: `${OCTOBER}&panel=list` });
  const panel = page.locator("#panel-body");
  await panel.getByText(/^Who is assessed to hold what, 31 October 2025 \(\d+\)$/).click();
  const told = await (await fetch(`${server.address}/analytics/control/places?date=2025-10-31`)).json();
  const words = { control: "Held", influence: "Influence", contested: "Contested", none_reported: "No armed group", abandoned: "Abandoned", unknown: "Unknown" };
  // The list is written when the element has told that it is open.
  await panel.locator("details[open] li").first().waitFor();
  const texts = await panel.locator("details[open] li").allInnerTexts();
  const { areas, states } = await (await fetch(`${server.address}/playback/control`)).json();
  const day = Date.UTC(2025, 9, 31) / 86_400_000;
  for (const { id, place, status, country } of told.places) {
    if (country !== "ML") continue;
    const reported = states.rows.some(([area, from]) => areas[area].id === id && from <= day);
    if (!reported) assert.ok(!texts.some((text) => text.startsWith(`${place}, Mali`)), place);
    else assert.ok(texts.some((text) => text.startsWith(`${place}, Mali`) && text.includes(words[status])), `${place} ${status}`);
  }
  await slider(page).press("ArrowLeft");
  await panel.locator("details[open] summary").getByText(/30 September 2025/).waitFor();
  await panel.locator("details[open]").getByRole("button", { name: /^Djibo, Burkina Faso/ }).click();
  await page.locator("#details").getByRole("button", { name: "Shares in Sahel" }).click();
  await page.locator("#details-title").getByText("Sahel, Burkina Faso").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("two dates: gained, lost and newly contested per actor in places, people and km², with links to the places", async () => {
  const { page, problems, close } = await open({ hash: `${OCTOBER}&panel=compare&other=2022-10-01..2022-10-31&compare=difference` });
  const panel = page.locator("#panel-body");
  const row = panel.getByRole("row", { name: /Malian armed and security forces/ });
  assert.match(await row.innerText(), /\d+ places\s+[\d,]+ people\s+[\d,]+ km²/);
  assert.match(await panel.innerText(), /Newly contested: \d+ places?, .* km²/);
  assert.match(await panel.innerText(), /Unknown on one of the dates[^:]*: \d+ places?, .* km²/);
  await panel.getByRole("button", { name: /Held by another side.*Kidal, Mali/s }).click();
  await page.locator("#details-title").getByText("Kidal, Mali").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("as known on a day before anything was known: no town and no land", async () => {
  const { page, requests, close } = await open({ hash: `${OCTOBER}&panel=none&layers=areas&known=1999-12-31` });
  assert.ok(requests.some((url) => url.includes("/playback/control?known_at=1999-12-31")));
  assert.equal((await land(page)).drawn, 0);
  // Back to all that is known.
  await page.evaluate(() => (location.hash = location.hash.replace(/&known=[^&]*/, "")));
  await painted(page, "areas");
  await close();
});

for (const [name, options] of [["desktop-light-en", {}], ["desktop-dark-fr", { colorScheme: "dark", lang: "fr" }], ["phone-light-ar", { ...PHONE, lang: "ar" }]]) {
  test(`pictures of what is assessed: ${name}`, async () => {
    const { lang = "en", ...rest } = options;
    const hash = OCTOBER.replace("lang=en", `lang=${lang}`);
    for (const [view, more] of [["key", "panel=layers&layers=areas,labels"], ["place", "panel=none&sel=place/BF/Djibo&view=14.1,-1.6,7"], ["region", "panel=none&sel=region/ML-5&view=14.5,-4,7"], ["compare", "panel=compare&other=2022-10-01..2022-10-31&compare=difference"]]) {
      const { page, problems, close } = await open({ ...rest, hash: `${hash}&${more}` });
      if (view === "region") await page.locator(".standing .uplot").waitFor();
      await shoot(page, `${name}-assessed-${view}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, view);
      assert.deepEqual(problems, []);
      await close();
    }
  });
}
