// The front: cells on the clock from one answer, and a panel whose figures are the API's; by link, keyboard and screen reader alike.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, openSettled, painted, shoot, slider, startBrowser, startServer } from "./support.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const FRONT = `${OCTOBER}&panel=front&layers=front,labels&front=JNIM`;
const open = (options) => openSettled(browser, server.address, options);
/** The measures are those up to the date that is shown, and the cells have come too. */
const rested = async (page) => {
  await page.locator(".supply-full:not([aria-busy]) .rose-box").waitFor();
  await page.locator("#panel-body .lead", { hasText: /\d{4}/ }).waitFor();
};
const ask = async (path) => (await fetch(`${server.address}${path}`)).json();
const asked = (requests) => requests.filter((url) => /\/(playback|analytics)\/front/.test(url));
/** Pixels that the layer has drawn. */
const drawn = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector(".leaflet-front-pane canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count += 1;
    return count;
  });
const inForce = (cells, day) => ({
  reached: cells.filter(({ first }) => first <= day).length,
  active: cells.filter(({ active }) => active.some(([from, to]) => from <= day && day <= to)).length,
});

test("cells appear on the clock as they were first reported, from one answer, without a request a step", async () => {
  const { page, requests, problems, close } = await open({ hash: "from=2012-01-01&to=2025-12-31&mode=cumulative&step=year&lang=en&panel=none&layers=front&front=JNIM" });
  const { cells } = await ask("/playback/front?actor=JNIM");
  await painted(page, "front");
  const until = requests.length;
  await slider(page).focus();
  for (let year = 2025; year > 2014; year--) await page.keyboard.press("ArrowLeft");
  const before = await drawn(page);
  assert.equal(before > 0, inForce(cells, "2014-12-31").reached > 0);
  let last = before;
  for (let year = 2015; year <= 2025; year++) {
    await page.keyboard.press("ArrowRight");
    const now = await drawn(page);
    const grew = inForce(cells, `${year}-12-31`).reached > inForce(cells, `${year - 1}-12-31`).reached;
    if (grew) assert.ok(now > last, `${year}: ${now} pixels after ${last}`);
    last = now;
  }
  assert.ok(last > 2_000, `${last} pixels`);
  assert.deepEqual(requests.slice(until), []);
  assert.equal(asked(requests).filter((url) => /playback\/front/.test(url)).length, 1);
  assert.deepEqual(problems, []);
  await close();
});

test("the layer is loaded when it is first shown, never before", async () => {
  const { page, requests, close } = await open({ hash: `${OCTOBER}&panel=layers` });
  assert.deepEqual(asked(requests), []);
  await page.getByRole("checkbox", { name: "Front: first reported activity" }).press("Space");
  await page.locator(".ramp").waitFor();
  await page.waitForFunction(() => /layers=[^&]*front/.test(location.hash) && /front=[A-Z]+/.test(location.hash));
  await painted(page, "front");
  assert.match(await page.locator("#panel-body").innerText(), /The shade is the quarter of the first report/);
  await close();
});

test("the panel tells what the API tells: cells, distances, label, evidence", async () => {
  const { page, problems, close } = await open({ hash: FRONT });
  await rested(page);
  const { cells } = await ask("/playback/front?actor=JNIM");
  const text = await page.locator("#panel-body").innerText();
  const { reached, active } = inForce(cells, "2025-10-31");
  assert.match(text, new RegExp(`by 31 October 2025: activity was reported in ${reached} cells of 30 km, in ${active} of them`));
  const answer = await ask("/analytics/front?actor=JNIM&to=2025-10-31");
  const rows = await page.locator("#panel-body table.figures", { hasText: "5th percentile" }).locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const whole = (km) => (km === null ? "–" : Math.round(km).toLocaleString("en-GB"));
  for (const { place, months } of answer.distances.capitals) {
    const month = months.find(({ month: name }) => name === "2025-10");
    const row = rows.find(([name]) => name === place);
    assert.deepEqual(row?.slice(1, 4), [whole(month.nearest), whole(month.p5), whole(month.median)], place);
  }
  assert.equal(rows.length, answer.distances.capitals.length + (answer.distances.coast === "not_computable" ? 0 : 1));
  const words = { expanding: /Expanding: more cells come/, contracting: /Contracting: more cells fall silent/, relocating: /Relocating: about as many/, stable: /Stable: neither/, insufficient_evidence: /Insufficient evidence to say/ };
  assert.match(text, words[answer.label]);
  if (typeof answer.speed === "string") {
    assert.match(text, /Speed of first reports\s+Insufficient evidence/);
    for (const reason of answer.speed_reasons) assert.ok(text.includes(reason), reason);
  } else assert.match(text, /First reported activity moved roughly/);
  for (const caveat of answer.caveats) assert.ok(text.includes(caveat), caveat);
  assert.equal(await page.locator(".rose-box tbody tr").count(), 8);
  // Words for what was reported; no arrival, nothing ahead.
  assert.doesNotMatch(text, /will reach|arrives|arrival date|expected/i);
  await shoot(page, "desktop-light-front");
  assert.deepEqual(problems, []);
  await close();
});

test("the figures follow the clock without a request; where it rests one question is asked", async () => {
  // Days, so that it plays on until it is stopped.
  const hash = FRONT.replace("from=2025-10-01&to=2025-10-31", "from=2025-12-01&to=2025-12-20").replace("step=month", "step=day&speed=8");
  const { page, requests, close } = await open({ hash });
  await rested(page);
  const until = requests.length;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.locator("#panel-body .lead", { hasText: "2026" }).waitFor();
  const moving = asked(requests.slice(until));
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  assert.deepEqual(moving, []);
  await rested(page);
  const after = asked(requests.slice(until));
  assert.ok(after.length <= 1, after.join(" "));
  await close();
});

test("a link has actor, target and layer; an actor that nobody names is said so", async () => {
  const one = await open({ hash: `${OCTOBER}&panel=front&layers=labels` });
  await rested(one.page);
  const { actors } = await ask("/analytics/front");
  const actor = one.page.getByRole("combobox", { name: "Actor" });
  assert.equal(await actor.inputValue(), actors[0].actor);
  await actor.selectOption(actors[1].actor);
  await one.page.getByRole("combobox", { name: "Distance to" }).selectOption({ label: "The coast" });
  await one.page.getByRole("checkbox", { name: "Show on the map" }).check();
  await one.page.waitForFunction((code) => location.hash.includes(`front=${code}`) && /fronttarget=coast/.test(location.hash) && /layers=[^&]*front/.test(location.hash), actors[1].actor);
  const two = await open({ hash: one.page.url().split("#")[1] });
  await rested(two.page);
  assert.equal(await two.page.getByRole("combobox", { name: "Actor" }).inputValue(), actors[1].actor);
  assert.equal(await two.page.getByRole("combobox", { name: "Distance to" }).inputValue(), "coast");
  const three = await open({ hash: `${OCTOBER}&panel=front&front=NOBODY` });
  await three.page.getByText("names “NOBODY”").waitFor();
  for (const { close } of [one, two, three]) await close();
});

test("by keyboard: actor, layer, quarters as text, a cell's card", async () => {
  const { page, problems, close } = await open({ hash: FRONT });
  await rested(page);
  await page.getByRole("checkbox", { name: "Show on the map" }).focus();
  await page.keyboard.press("Space");
  await page.waitForFunction(() => !/layers=[^&]*front/.test(location.hash));
  await page.keyboard.press("Space");
  await page.getByText("Cells by quarter of the first reported activity").focus();
  await page.keyboard.press("Enter");
  // The table is written when the element has told that it is open.
  await page.locator("#panel-body details[open] tbody").waitFor();
  const { cells } = await ask("/playback/front?actor=JNIM");
  const sum = (await page.locator("#panel-body details[open] tbody td").allInnerTexts()).reduce((all, text) => all + Number(text), 0);
  assert.equal(sum, inForce(cells, "2025-10-31").reached);
  assert.match(await page.locator("#panel-body .supply-chart .chart").getAttribute("aria-label"), /Chart of the distance of reported activity from: .* 31 October 2025: /);
  await page.goto(`${page.url()}&sel=front/JNIM@${encodeURIComponent(cells[0].cell)}`);
  await page.locator("#details-body", { hasText: /Cell of 30 km: / }).waitFor();
  assert.match(await page.locator("#details-body").innerText(), /First reported activity/);
  assert.deepEqual(problems, []);
  await close();
});

test("as known on another day the cells and the measures are asked for as known then", async () => {
  const { page, requests, close } = await open({ hash: `${FRONT}&known=2025-09-10` });
  await page.locator("#panel-body .lead").waitFor();
  await page.waitForFunction(() => ["playback", "analytics"].every((kind) => performance.getEntriesByType("resource").some(({ name }) => name.includes(`/${kind}/front?`))));
  const asks = asked(requests).filter((url) => /actor=/.test(url));
  assert.ok(asks.length >= 2 && asks.every((url) => /known_at=2025-09-10T23:59:59Z/.test(url)), asks.join(" "));
  await close();
});

test("without an answer the panel says so, and the map stays", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=none` });
  await page.route(/\/analytics\/front/, (route) => route.abort());
  await page.getByRole("button", { name: "Front", exact: true }).click();
  await page.locator("#panel-body").getByText("The server cannot be reached.").waitFor();
  assert.equal(await page.locator("#status").isVisible(), false);
  await close();
});

test("on a phone the panel is a sheet, in Arabic from right to left, in the dark too", async () => {
  for (const [lang, colorScheme] of [["fr", "light"], ["ar", "dark"], ["en", "light"]]) {
    const { page, problems, close } = await open({ ...PHONE, colorScheme, hash: FRONT.replace("lang=en", `lang=${lang}`) });
    await rested(page);
    const width = await page.evaluate(() => [document.querySelector("#tabs").scrollWidth, document.querySelector("#panel-body").scrollWidth, innerWidth]);
    assert.ok(width[0] <= width[2] && width[1] <= width[2], width.join(" "));
    await shoot(page, `phone-${colorScheme}-front-${lang}`);
    assert.deepEqual(problems, []);
    await close();
  }
});
