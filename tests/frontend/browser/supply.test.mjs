// The panel on supply: its figures are the API's, the clock asks for nothing, and a link, a keyboard and a screen reader get all of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, caughtUp, openPage, openSettled, shoot, slider, startBrowser, startServer } from "./support.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const SUPPLY = `${OCTOBER}&panel=supply&target=Bamako`;
const open = (options) => openSettled(browser, server.address, options);
/** The gateways are those of the day that is shown. */
const rested = (page) => page.locator(".supply-full:not([aria-busy]) .gateways").waitFor();
const ask = async (path) => (await fetch(`${server.address}${path}`)).json();
const percent = (share) => Math.round(share * 100);
const range = ({ lo, hi }) => (percent(lo) === percent(hi) ? `${percent(hi)} %` : `${percent(lo)}–${percent(hi)} %`);
const dial = (page) => page.getByRole("meter", { name: "Supply capacity open" });
const figures = (page) => page.locator(".dial-text").allInnerTexts();
const asked = (requests, from = 0) => requests.slice(from).filter((url) => !/\/assets\//.test(url));
const WORDS = { open: "Reported open", disrupted: "Disrupted", escort_only: "Under escort only", blocked: "Blocked", cut: "Cut", unknown: "Unknown: no report" };

test("Bamako in October 2025: dial, days, gateways and bottlenecks are those of the API", async () => {
  const { page, problems, close } = await open({ hash: `${OCTOBER}&panel=none` });
  await page.getByRole("button", { name: "Supply", exact: true }).click();
  await rested(page);
  await page.waitForFunction(() => /panel=supply&target=Bamako/.test(location.hash));
  const answer = await ask("/analytics/corridors?target=bamako&date=2025-10-31");
  assert.equal(Number(await dial(page).getAttribute("aria-valuenow")), percent(answer.supply_open.value));
  assert.match(await dial(page).getAttribute("aria-valuetext"), /^On reported road conditions .* of supply capacity to Bamako open, 90 % interval/);
  assert.deepEqual(await figures(page), [range(answer.supply_open), range(answer.capacity_open)]);
  const text = await page.locator("#panel-body").innerText();
  assert.match(text, /On reported road conditions, 31 October 2025: Bamako/);
  const days = Math.round(answer.isolation_days.value);
  if (days === 0) assert.match(text, /Isolated by the rule\s+no, on reported conditions/);
  else assert.match(text, new RegExp(`Isolated by the rule\\s+${days} days?`));
  assert.match(text, new RegExp(`Separate open routes\\s+${answer.redundancy.value}`));
  assert.match(text, /Blockade\s+Partial blockade reported \(.*JNIM.*\), since 4 September 2025/);
  const names = await page.locator(".gateway h4").allInnerTexts();
  assert.deepEqual(names, answer.gateways.map(({ gateway }) => gateway));
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  const roads = answer.gateways.flatMap(({ corridors }) => corridors);
  assert.deepEqual(await page.locator(".gateway .road-name").allInnerTexts(), roads.map(({ name }) => name));
  assert.deepEqual(await page.locator(".gateway .roads b").allInnerTexts(), roads.map(({ status }) => WORDS[status]));
  assert.equal(await page.locator(".supply-full > .roads > li").count(), answer.bottlenecks.length);
  for (const caveat of answer.caveats) assert.ok(text.includes(caveat), caveat);
  assert.match(text, /default, equal parts: no source states it/);
  for (const { weight_source } of answer.gateways) assert.ok(weight_source === null || text.includes(weight_source), weight_source);
  await shoot(page, "desktop-light-supply");
  assert.deepEqual(problems, []);
  await close();
});

test("the clock moves the figures without a request; where it rests one question is asked", async () => {
  const { page, requests, close } = await open({ hash: `from=2025-07-01&to=2025-07-31&mode=window&step=day&lang=en&panel=supply&target=Bamako` });
  await rested(page);
  const series = await ask("/analytics/corridors/series?target=Bamako&from=2025-07-01&to=2025-11-30&step=day");
  const at = new Map(series.map((row) => [row.date, row]));
  await slider(page).focus();
  const before = requests.length;
  await page.keyboard.press("ArrowRight");
  await page.locator("#panel-body .lead", { hasText: "1 August 2025" }).waitFor();
  assert.equal(Number(await dial(page).getAttribute("aria-valuenow")), percent(at.get("2025-08-01").supply_open.value));
  // In one go: where a press waits for another long enough, the clock rests and its day is asked for, as it should be.
  await slider(page).evaluate((thumb) => {
    for (let i = 0; i < 80; i++) thumb.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
  });
  await page.locator("#panel-body .lead", { hasText: "20 October 2025" }).waitFor();
  assert.deepEqual(await figures(page), [range(at.get("2025-10-20").supply_open), range(at.get("2025-10-20").capacity_open)]);
  assert.deepEqual(asked(requests, before).filter((url) => !/date=2025-(08-01|10-20)/.test(url)), []);
  await rested(page);
  const answered = asked(requests, before);
  assert.match(answered[answered.length - 1], /\/analytics\/corridors\?target=Bamako&date=2025-10-20/);
  // Playing asks nothing at all.
  await page.locator("#speed").selectOption("8");
  const playing = requests.length;
  const clock = await page.locator(".chart-clock").evaluate((node) => node.style.left);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.locator("#panel-body .lead", { hasText: "November 2025" }).waitFor();
  assert.notEqual(await page.locator(".chart-clock").evaluate((node) => node.style.left), clock);
  assert.deepEqual(asked(requests, playing), []);
  await close();
});

test("an answer that a newer wish has overtaken does not paint", async () => {
  const { page, close } = await open({ hash: SUPPLY });
  await rested(page);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/analytics\/corridors\?.*2025-11-30/, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await slider(page).focus();
  await Promise.all([page.waitForRequest(/analytics\/corridors\?.*2025-11-30/), page.keyboard.press("ArrowRight")]);
  await page.keyboard.press("ArrowRight");
  await page.locator(".as-of", { hasText: "31 December 2025" }).waitFor();
  release();
  await caughtUp(page);
  assert.match(await page.locator(".as-of").innerText(), /31 December 2025/);
  await close();
});

test("a link has the panel and the town; a town without corridors is said so", async () => {
  const one = await open({ hash: `${OCTOBER}&panel=supply` });
  await rested(one.page);
  await one.page.getByRole("combobox", { name: "Town" }).selectOption("Niamey");
  await one.page.locator("#panel-body .lead", { hasText: "Niamey" }).waitFor();
  await one.page.waitForFunction(() => /panel=supply.*target=Niamey/.test(location.hash));
  await rested(one.page);
  const two = await open({ hash: one.page.url().split("#")[1] });
  await rested(two.page);
  assert.equal(await two.page.getByRole("combobox", { name: "Town" }).inputValue(), "Niamey");
  assert.deepEqual(await figures(two.page), await figures(one.page));
  const three = await open({ hash: `${OCTOBER}&panel=supply&target=Atlantis` });
  await three.page.getByText("No corridor leads to “Atlantis”").waitFor();
  assert.deepEqual(three.problems, []);
  for (const { close } of [one, two, three]) await close();
});

test("by keyboard: town, span, table, sources and a road's card", async () => {
  const { page, problems, close } = await open({ hash: SUPPLY });
  await rested(page);
  await page.getByRole("combobox", { name: "Town" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.locator("#panel-body .lead", { hasText: "Ouagadougou" }).waitFor();
  await page.keyboard.press("ArrowUp");
  await page.locator("#panel-body .lead", { hasText: "Bamako" }).waitFor();
  await rested(page);
  await page.getByRole("radio", { name: "A year each way" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("radio", { name: "All years" }).isChecked(), true);
  await page.getByText("The chart as a table").focus();
  await page.keyboard.press("Enter");
  await page.locator("#panel-body table.figures tbody tr").first().waitFor();
  const series = await ask("/analytics/corridors/series?target=Bamako&from=2025-10-15&to=2025-10-15&step=day");
  assert.match(await page.locator("#panel-body table.figures").innerText(), new RegExp(range(series[0].supply_open)));
  assert.match(await page.locator("#panel-body .chart").getAttribute("aria-label"), /Chart of supply capacity open to Bamako over time\. 31 October 2025: /);
  const name = page.locator(".road-name").first();
  const title = await name.innerText();
  await name.focus();
  await page.keyboard.press("Enter");
  await page.locator("#details-title", { hasText: title }).waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("the card of a blockaded town tells its roads and leads to the panel", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=none&sel=place/ML/Bamako` });
  const card = page.locator("#details");
  const roads = (await ask("/playback/corridors")).corridors.filter(({ target }) => target === "Bamako").length;
  assert.match(await card.innerText(), new RegExp(`Supply roads, 31 October 2025[\\s\\S]*lead to this town: ${roads}`));
  const counts = (await card.locator(".facts.counts dd").allInnerTexts()).map(Number);
  assert.equal(counts.reduce((a, b) => a + b, 0), roads);
  await card.getByRole("button", { name: "Corridors to Bamako" }).click();
  await rested(page);
  assert.equal(await page.getByRole("combobox", { name: "Town" }).inputValue(), "Bamako");
  await close();
});

test("without an answer the panel says so, and the map stays", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=none` });
  await page.route(/\/analytics\//, (route) => route.abort());
  await page.getByRole("button", { name: "Supply", exact: true }).click();
  await page.locator("#panel-body").getByText("The server cannot be reached.").waitFor();
  assert.equal(await page.locator("#status").isVisible(), false);
  await page.unroute(/\/analytics\//);
  await page.locator("#panel-close").click();
  await page.getByRole("button", { name: "Supply", exact: true }).click();
  await rested(page);
  await close();
});

test("a series that does not come is not asked for by every step; the day's figures still come", async () => {
  const { page, requests, close } = await open({ hash: `${OCTOBER}&panel=none` });
  await page.route(/corridors\/series/, (route) => route.abort());
  await page.getByRole("button", { name: "Supply", exact: true }).click();
  await rested(page);
  await page.locator("#panel-body .chart", { hasText: "The server cannot be reached." }).waitFor();
  await slider(page).focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  await page.locator(".as-of", { hasText: "31 March 2026" }).waitFor();
  assert.equal(requests.filter((url) => /corridors\/series/.test(url)).length, 1);
  const answer = await ask("/analytics/corridors?target=bamako&date=2026-03-31");
  assert.deepEqual(await figures(page), [range(answer.supply_open), range(answer.capacity_open)]);
  await close();
});

test("the series is asked for once, as the days on which it changes, for every reader", async () => {
  const { page, requests, close } = await openPage(browser, server.address, { hash: `${OCTOBER}&panel=supply` });
  await rested(page);
  const series = requests.filter((url) => /corridors\/series/.test(url));
  assert.ok(series.length === 1 && /step=change/.test(series[0]), series.join(" "));
  const [changes, days] = await Promise.all(["change", "day"].map((step) => ask(`/analytics/corridors/series?target=Bamako&from=2012-01-01&step=${step}`)));
  assert.ok(changes.length * 5 < days.length, `${changes.length} of ${days.length}`);
  await close();
});

test("as known on another day the figures are asked for as known then", async () => {
  const { page, requests, close } = await open({ hash: `${SUPPLY}&known=2025-09-10` });
  await rested(page);
  await page.getByText("The figures, like the roads on the map, are as known on the chosen day").waitFor();
  assert.ok(requests.some((url) => /playback\/corridors\?known_at=2025-09-10T23:59:59Z$/.test(url)));
  const asks = requests.filter((url) => /analytics\/corridors.*target=Bamako/.test(url));
  assert.ok(asks.length >= 2 && asks.every((url) => /known_at=2025-09-10T23:59:59Z/.test(url)), asks.join(" "));
  const answer = await ask("/analytics/corridors?target=bamako&date=2025-10-31&known_at=2025-09-10T23:59:59Z");
  const shown = await figures(page);
  if (answer.supply_open.n === 0) assert.equal(shown[0], "unknown");
  else assert.deepEqual(shown, [range(answer.supply_open), range(answer.capacity_open)]);
  await close();
});

test("on a phone the panel is a sheet, in Arabic from right to left, in the dark too", async () => {
  for (const [lang, colorScheme] of [["fr", "light"], ["ar", "dark"]]) {
    const { page, problems, close } = await open({ ...PHONE, colorScheme, hash: SUPPLY.replace("lang=en", `lang=${lang}`) });
    await rested(page);
    const width = await page.evaluate(() => [document.querySelector("#tabs").scrollWidth, document.querySelector("#panel-body").scrollWidth, innerWidth]);
    assert.ok(width[0] <= width[2] && width[1] <= width[2], width.join(" "));
    await shoot(page, `phone-${colorScheme}-supply-${lang}`);
    assert.deepEqual(problems, []);
    await close();
  }
});
