import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CATALOGUES, preferredLanguage, setLanguage, t } from "../../static/src/i18n/index";
import { CONTROL_STATUSES, CORRIDOR_STATUSES, EVENT_TYPES, SIDES } from "../../static/src/types";

const keys = Object.keys(CATALOGUES.en);

test("both catalogues have the same keys with the same places to fill, and no empty text", () => {
  assert.deepEqual(Object.keys(CATALOGUES.fr).sort(), [...keys].sort());
  for (const key of keys) {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    assert.deepEqual(places(CATALOGUES.fr[key]!), places(CATALOGUES.en[key]!), key);
    assert.notEqual(CATALOGUES.fr[key]!.trim(), "", key);
  }
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
  assert.equal(preferredLanguage(["ar"]), "en");
  setLanguage("fr");
  assert.equal(t("player.play"), "Lecture");
});
