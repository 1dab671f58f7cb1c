import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay } from "../../static/src/calendar";
import { decodeHash, decodeQuery, encodeHash, linkTo } from "../../static/src/hash";
import { NO_FILTERS } from "../../static/src/state";
import type { State } from "../../static/src/state";

const state: State = {
  from: parseDay("2025-10-01")!,
  to: parseDay("2025-10-31")!,
  mode: "cumulative",
  unit: "week",
  speed: 0.25,
  playing: false,
  loop: true,
  reverse: true,
  skip: true,
  fade: true,
  other: { from: parseDay("2024-10-01")!, to: parseDay("2024-10-31")! },
  comparison: "difference",
  split: 0.25,
  knownAt: parseDay("2026-01-01"),
  view: { lat: 13.25, lon: -7.5, zoom: 6.25 },
  layers: ["regions", "incidents"],
  filters: {
    sides: ["jnim"],
    actors: ["FAMA", "Unknown, armed \\ group"],
    types: ["battle"],
    countries: ["ML"],
    regions: ["ML-5"],
    precisions: ["1", "2"],
    deaths: ["unknown", "100+"],
    datasets: ["acled"],
    text: "Djibo & Kaya, été",
  },
  language: "fr",
  theme: "dark",
  panel: "supply",
  target: "Nioro du Sahel",
  selected: "incident/chronology:2025-10-28-négala",
};

test("decode(encode(state)) is the state, except that a link never starts playing", () => {
  const { playing: _, ...rest } = state;
  assert.deepEqual(decodeHash(`#${encodeHash(state)}`), rest);
});

test("a state with nothing chosen comes back with nothing chosen", () => {
  const plain: State = { ...state, loop: false, reverse: false, skip: false, fade: false, other: null, knownAt: null, view: null, layers: [], filters: { ...NO_FILTERS }, theme: "auto", panel: null, selected: null };
  const back = decodeHash(encodeHash(plain));
  assert.deepEqual(back.layers, []);
  assert.equal(back.panel, null);
  for (const key of ["view", "filters", "theme", "selected", "loop", "reverse", "skip", "fade", "other", "knownAt"] as const) assert.equal(back[key], undefined);
});

test("foreign and broken parts are ignored", () => {
  assert.deepEqual(decodeHash("#from=2025-13-40&to=x&mode=orbit&step=hour&speed=7&view=1,2&lang=de&theme=pink&split=7&other=2025-02-02..2025-01-01&known=x&compare=side"), {});
  assert.deepEqual(decodeHash("#from=2025-02-02&to=2025-01-01"), {});
  assert.deepEqual(decodeHash("#layers=incidents,satellite"), { layers: ["incidents"] });
  assert.deepEqual(decodeHash("#view=95,0,5"), {});
});

test("a link says interval and view to the server too, and works without its hash", () => {
  const link = linkTo(state, "https://map.example/");
  assert.match(link, /^https:\/\/map\.example\/\?datetime=2025-10-01\/2025-10-31&view=13\.25,-7\.50,6\.25#from=/);
  const { from, to, view } = state;
  assert.deepEqual(decodeQuery(new URL(link).search), { from, to, view });
  assert.deepEqual(decodeQuery("?embed=1"), {});
});
