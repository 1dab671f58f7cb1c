import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ar from "../../static/src/i18n/ar.json";
import en from "../../static/src/i18n/en.json";
import fr from "../../static/src/i18n/fr.json";
import { loadLanguage, preferredLanguage, setLanguage, t } from "../../static/src/i18n/index";
import type { Catalogue } from "../../static/src/i18n/index";
import { CONTROL_STATUSES, CORRIDOR_STATUSES, EVENT_TYPES, SIDES } from "../../static/src/types";

const CATALOGUES: Record<"en" | "fr" | "ar", Catalogue> = { en, fr, ar };
const keys = Object.keys(CATALOGUES.en);

test("all catalogues have the same keys with the same places to fill, and no empty text", () => {
  for (const language of ["fr", "ar"] as const) {
    const other = CATALOGUES[language];
    // Arabic has plural rules of its own.
    const own = Object.keys(other).filter((key) => !/\.(zero|two|few|many)$/.test(key));
    assert.deepEqual(own.sort(), [...keys].sort(), language);
    for (const key of keys) {
      const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
      const optional = key.endsWith(".one") ? places(CATALOGUES.en[key]!).filter((place) => place !== "{count}") : null;
      const wanted = places(CATALOGUES.en[key]!);
      const found = places(other[key]!);
      // "One incident" may say the number as a word.
      assert.ok(JSON.stringify(found) === JSON.stringify(wanted) || JSON.stringify(found) === JSON.stringify(optional), `${language} ${key}`);
      assert.notEqual(other[key]!.trim(), "", key);
    }
  }
});

test("what the Arabic catalogue says is Arabic", () => {
  const same = keys.filter((key) => CATALOGUES.ar[key] === CATALOGUES.en[key] && /[a-z]{3}/i.test(CATALOGUES.en[key]!.replace(/\{\w+\}/g, "")));
  assert.deepEqual(same, ["export.geojson"]);
});

test("every key the page uses exists", () => {
  const sources = readdirSync("static/src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join("static/src", name), "utf8"))
    .join("\n");
  const html = readFileSync("static/index.html", "utf8");
  const used = [
    ...[...sources.matchAll(/\bt\("([^"]+)"/g)].map((match) => match[1]!),
    ...[...html.matchAll(/data-i18n(?:-label)?="([^"]+)"/g)].map((match) => match[1]!),
  ];
  assert.ok(used.length > 60);
  for (const key of used) assert.ok(key in CATALOGUES.en, key);
  const plurals = [...sources.matchAll(/\bplural\("([^"]+)"/g)].map((match) => match[1]!);
  for (const key of plurals) for (const rule of ["one", "other"]) assert.ok(`${key}.${rule}` in CATALOGUES.en, `${key}.${rule}`);
  // Keys made of a coded value: the group must exist.
  for (const match of sources.matchAll(/\bt\(`([\w.]+)\.\$\{/g)) {
    assert.ok(keys.some((key) => key.startsWith(`${match[1]}.`)), match[1]);
  }
});

test("every coded value has a name", () => {
  for (const side of SIDES) assert.ok(`side.${side}` in CATALOGUES.en, side);
  for (const type of EVENT_TYPES) assert.ok(`type.${type}` in CATALOGUES.en, type);
  for (const status of CONTROL_STATUSES) assert.ok(`status.${status}` in CATALOGUES.en, status);
  for (const status of [...CORRIDOR_STATUSES, "unknown"]) assert.ok(`road.${status}` in CATALOGUES.en, status);
});

test("our own words never adopt a party's claim", () => {
  for (const key of keys) assert.doesNotMatch(CATALOGUES.en[key]!, /\bcaptured?\b|\bsafe\b|\bliberated\b/i, key);
});

test("the browser's first language that we have is taken", () => {
  assert.equal(preferredLanguage(["de-DE", "fr-ML", "en"]), "fr");
  assert.equal(preferredLanguage(["ar-TN"]), "ar");
  assert.equal(preferredLanguage(["arn", "de"]), "en");
});

test("a catalogue that was loaded speaks", async () => {
  await loadLanguage("fr");
  setLanguage("fr");
  assert.equal(t("player.play"), "Lecture");
});

test("no text for readers stands in the code: it comes from the catalogues", () => {
  const sources = readdirSync("static/src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  for (const name of sources) {
    const code = readFileSync(join("static/src", name), "utf8");
    // What is set as text, a title or a spoken value, and the children of elements.
    for (const match of code.matchAll(/(?:\.(?:textContent|title|placeholder)\s*=|\.append\(|"aria-(?:label|valuetext)",)\s*"([^"\n]*\p{L}{3}[^"\n]*)"/gu)) {
      assert.fail(`${name}: ${match[0]}`);
    }
    for (const match of code.matchAll(/\bel\(\s*"\w+",\s*\{[^{}]*\},\s*"([^"]*\p{L}{3}[^"]*)"/gu)) assert.fail(`${name}: ${match[0]}`);
  }
});
