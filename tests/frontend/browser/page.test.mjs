// A reader's way through the page: load, play, step, filter, follow a link, on a desktop and on a phone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OCTOBER, PHONE, caughtUp, openSettled, said, shoot, slider, spoken, startBrowser, startServer } from "./support.mjs";

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

test("the page loads without an error and without a request to another host", async () => {
  const { page, problems, close } = await open();
  assert.match(await spoken(page), /20\d\d: \d+ incidents?/);
  assert.equal(await page.evaluate(() => document.querySelector("[role=slider]").getAttribute("aria-valuetext")), await spoken(page));
  assert.match(await page.locator("#credit").innerText(), /imply no endorsement.*Natural Earth.*GeoNames/);
  await shoot(page, "desktop-light-en");
  assert.deepEqual(problems, []);
  await close();
});

test("play moves the date, the button says Pause, and the last step holds", async () => {
  // Long enough that it still plays when it is looked at.
  const { page, problems, close } = await open({ hash: "from=2014-01-01&to=2014-01-31&mode=window&step=month&speed=15&lang=en" });
  const first = await spoken(page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.waitForFunction((old) => document.querySelector("[role=slider]").getAttribute("aria-valuetext") !== old, first);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const last = await spoken(page);
  assert.match(last, /2026/);
  await caughtUp(page);
  assert.equal(await spoken(page), last);
  assert.deepEqual(problems, []);
  await close();
});

test("stepping and playing ask the server nothing", async () => {
  const { page, requests, close } = await open({ hash: "from=2012-01-01&to=2012-01-31&mode=cumulative&step=month&speed=30" });
  const before = requests.length;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await said(page, / to .*201[4-9]: /);
  await slider(page).focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowLeft");
  assert.equal(requests.length, before, requests.slice(before).join(" "));
  await close();
});

test("everything in the player works by keyboard", async () => {
  const { page, close } = await open({ hash: OCTOBER });
  await slider(page).focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await spoken(page), /^November 2025: /);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  assert.match(await spoken(page), /^September 2025: /);
  await page.keyboard.press("PageUp");
  assert.match(await spoken(page), /^July 2026: /);
  await page.keyboard.press("PageDown");
  assert.match(await spoken(page), /^September 2025: /);
  await page.keyboard.press("Home");
  assert.match(await spoken(page), /^January 2012: /);
  await page.keyboard.press("End");
  assert.match(await spoken(page), /2026: /);
  // The second thumb moves the start alone.
  await page.getByRole("slider").nth(1).focus();
  await page.keyboard.press("ArrowLeft");
  assert.match(await spoken(page), /to .*2026: /);
  await page.locator("body").press("]");
  assert.equal(await page.locator("#speed").inputValue(), "4");
  await page.locator("body").press("[");
  assert.equal(await page.locator("#speed").inputValue(), "2");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await close();
});

test("switching the last layer of the map key leaves the document where it is", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&panel=layers&layers=incidents,control,corridors,regions` });
  await page.locator("#panel-body").evaluate((body) => body.scrollTo(0, body.scrollHeight));
  await page.getByRole("checkbox", { name: "Place names" }).focus();
  await page.locator("label.switch").last().click();
  assert.equal(await page.getByRole("checkbox", { name: "Place names" }).isChecked(), true);
  const layout = () => [document.scrollingElement.scrollTop, document.body.scrollTop, document.scrollingElement.scrollHeight - innerHeight];
  assert.deepEqual(await page.evaluate(layout), [0, 0, 0]);
  await close();
});

test("units and modes are named choices and change the step", async () => {
  const { page, close } = await open({ hash: OCTOBER });
  await page.getByRole("radio", { name: "Day", exact: true }).check();
  await slider(page).press("ArrowRight");
  assert.match(await spoken(page), /^2 October to 1 November 2025: /);
  await page.getByRole("radio", { name: "Month", exact: true }).check();
  await page.getByRole("radio", { name: "Cumulative", exact: true }).check();
  assert.match(await spoken(page), /^(January|1 January) 2012 to .* 2025: /);
  await shoot(page, "desktop-light-cumulative");
  await page.getByRole("radio", { name: "Single step", exact: true }).check();
  assert.match(await spoken(page), /^November 2025: /);
  await close();
});

test("the strip answers to the pointer: a click jumps, a drag draws a window", async () => {
  const { page, close } = await open({ hash: OCTOBER });
  const box = await page.locator("#strip").boundingBox();
  await page.mouse.click(box.x + box.width * 0.1, box.y + 20);
  assert.match(await spoken(page), /2013/);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 5 });
  await page.mouse.up();
  assert.match(await spoken(page), /2019 to .*2022/);
  await close();
});

test("filters change the counts, in the words and beside each value", async () => {
  const { page, close } = await open({ hash: "from=2012-01-01&to=2026-10-31&mode=cumulative&lang=en" });
  const incidents = async () => Number(/: ([\d,]+) incident/.exec(await spoken(page))[1].replace(",", ""));
  const all = await incidents();
  await page.getByRole("button", { name: "Filters", exact: true }).click();
  const niger = page.getByRole("group", { name: "Country" }).locator("label", { has: page.getByText("Niger", { exact: true }) });
  const beside = Number(await niger.locator(".count").innerText());
  assert.ok(beside > 0 && beside < all);
  await niger.locator("input").check();
  assert.equal(await incidents(), beside);
  assert.match(await page.locator("#headline").innerText(), /Filtered/);
  await shoot(page, "desktop-light-filters");
  await page.getByLabel("Search").fill("zzzz");
  await said(page, /: 0 incidents/);
  await page.getByRole("button", { name: "Clear all filters" }).click();
  assert.equal(await incidents(), all);
  await close();
});

test("the records panel says the step in text and opens a record with its sources", async () => {
  const { page, problems, close } = await open({ hash: OCTOBER });
  await page.getByRole("button", { name: "Records", exact: true }).click();
  const records = page.locator("#panel-body ol.records li");
  const said = Number(/: (\d+) incident/.exec(await spoken(page))[1]);
  assert.equal(await records.count(), said);
  await records.first().getByRole("button").click();
  const card = page.locator("#details");
  await card.locator(".sources").waitFor();
  assert.match(await card.innerText(), /Confidence[\s\S]*Sources/);
  for (const link of await card.locator(".sources a").all()) {
    assert.match(await link.getAttribute("href"), /^https:\/\//);
    assert.match(await link.getAttribute("rel"), /noopener/);
  }
  await shoot(page, "desktop-light-record");
  await page.keyboard.press("Escape");
  assert.equal(await card.isVisible(), false);
  assert.deepEqual(problems, []);
  await close();
});

test("Bamako in October 2025 is held, under a partial blockade, with its roads", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&view=13.2,-7.4,7&sel=place/ML/Bamako` });
  const card = await page.locator("#details").innerText();
  assert.match(card, /Bamako, Mali/);
  assert.match(card, /Partial blockade reported/);
  assert.match(card, /town only/);
  await shoot(page, "desktop-light-bamako-2025-10");
  await close();
});

test("a click on the map opens what is drawn there", async () => {
  const { page, close } = await open({ hash: `${OCTOBER}&view=12.6392,-8.0029,8&layers=control` });
  const box = await page.locator("#map").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator("#details-title", { hasText: "Bamako" }).waitFor();
  await close();
});

test("the hash reproduces the screen", async () => {
  const hash = `${OCTOBER}&countries=ML&types=convoy_attack&layers=regions,areas,incidents&view=13.2000,-7.4000,7&panel=filters&theme=dark&speed=4`;
  const one = await open({ hash });
  const address = one.page.url();
  const two = await open({ hash: address.split("#")[1] });
  assert.equal(two.page.url(), address);
  assert.equal(await spoken(two.page), await spoken(one.page));
  assert.equal(await two.page.locator("#map").screenshot().then(String), await one.page.locator("#map").screenshot().then(String));
  for (const { close } of [one, two]) await close();
});

test("French by the browser's wish and by the switch, numbers and dates too", async () => {
  const { page, problems, close } = await open({ hash: OCTOBER.replace("&lang=en", ""), locale: "fr-FR" });
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  assert.match(await spoken(page), /^octobre 2025 : \d+ incidents/);
  await page.getByRole("button", { name: "Lecture", exact: true }).waitFor();
  for (const name of ["Cumulé", "Jour", "Mois"]) await page.getByRole("radio", { name, exact: true }).waitFor();
  await shoot(page, "desktop-light-fr");
  await page.getByRole("button", { name: "EN – English" }).click();
  await page.waitForSelector("html[lang=en]");
  assert.match(await spoken(page), /^October 2025: /);
  assert.deepEqual(problems, []);
  await close();
});

test("reduced motion: nothing plays by itself", async () => {
  const { page, close } = await open({ hash: OCTOBER, reducedMotion: "reduce" });
  const first = await spoken(page);
  await page.waitForTimeout(1200);
  assert.equal(await spoken(page), first);
  await close();
});

test("on a phone the panels are sheets and the player stays within reach", async () => {
  const { page, problems, close } = await open({ ...PHONE, hash: OCTOBER });
  await shoot(page, "phone-light-en");
  for (const name of ["Map key", "Filters", "Records"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await shoot(page, `phone-light-${name.toLowerCase().replace(" ", "-")}`);
    await page.getByRole("button", { name: "Play", exact: true }).click({ trial: true });
    await page.locator("#panel-close").click();
  }
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(problems, []);
  await close();
});

test("dark, in both sizes", async () => {
  const desktop = await open({ hash: `${OCTOBER}&view=13.2,-5,6.75`, colorScheme: "dark" });
  assert.equal(await desktop.page.locator("html").getAttribute("data-theme"), "dark");
  await shoot(desktop.page, "desktop-dark-2025-10");
  await desktop.close();
  const phone = await open({ ...PHONE, hash: OCTOBER.replace("lang=en", "lang=fr"), colorScheme: "dark" });
  await shoot(phone.page, "phone-dark-fr");
  await phone.close();
});

test("a server that does not answer is said in words, with a way to try again", async () => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.route("**/playback/control", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Service unavailable", status: 503, detail: "The store is being rebuilt." }),
    }),
  );
  await page.goto(server.address);
  await page.getByText("The store is being rebuilt.").waitFor();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await shoot(page, "desktop-light-error");
  await context.close();
});
