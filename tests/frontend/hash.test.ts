import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDay } from "../../static/src/calendar";
import { decodeHash, decodeQuery, encodeHash, linkTo } from "../../static/src/hash";
import { DEFAULT_LAYERS, NO_FILTERS } from "../../static/src/state";
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
  stack: "actor",
  other: { from: parseDay("2024-10-01")!, to: parseDay("2024-10-31")! },
  comparison: "difference",
  split: 0.25,
  knownAt: parseDay("2026-01-01"),
  view: { lat: 13.25, lon: -7.5, zoom: 6.25 },
  layers: ["regions", "front", "incidents"],
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
  front: "ISSP",
  frontTarget: null,
  selected: "incident/chronology:2025-10-28-négala",
};

test("decode(encode(state)) is the state, except that a link never starts playing", () => {
  const { playing: _, frontTarget: __, ...rest } = state;
  assert.deepEqual(decodeHash(`#${encodeHash(state)}`), rest);
});

test("a state with nothing chosen comes back with nothing chosen", () => {
  const plain: State = { ...state, loop: false, reverse: false, skip: false, fade: false, stack: "side", other: null, knownAt: null, view: null, layers: [], filters: { ...NO_FILTERS }, theme: "auto", panel: null, selected: null };
  const back = decodeHash(encodeHash(plain));
  assert.deepEqual(back.layers, []);
  assert.equal(back.panel, null);
  for (const key of ["view", "filters", "theme", "selected", "loop", "reverse", "skip", "fade", "stack", "other", "knownAt"] as const) assert.equal(back[key], undefined);
});

test("the front's actor and target are in the link while they are shown", () => {
  const shown: State = { ...state, panel: "front", frontTarget: "geonames:2460596", layers: ["incidents"] };
  assert.deepEqual([decodeHash(encodeHash(shown)).front, decodeHash(encodeHash(shown)).frontTarget], ["ISSP", "geonames:2460596"]);
  assert.doesNotMatch(encodeHash({ ...shown, panel: null }), /front/);
});

test("foreign and broken parts are ignored", () => {
  assert.deepEqual(decodeHash("#from=2025-13-40&to=x&mode=orbit&step=hour&speed=7&view=1,2&lang=de&theme=pink&split=7&other=2025-02-02..2025-01-01&known=x&compare=side"), {});
  assert.deepEqual(decodeHash("#from=2025-02-02&to=2025-01-01"), {});
  assert.deepEqual(decodeHash("#layers=incidents,satellite"), { layers: ["incidents"] });
  assert.deepEqual(decodeHash("#view=95,0,5"), {});
});

test("a link says window, knowledge, view, layers, filters and language to the server too, and works without its hash", () => {
  const link = linkTo(state, "https://map.example/");
  assert.match(link, /^https:\/\/map\.example\/\?datetime=2025-10-01\/2025-10-31&known_at=2026-01-01T23:59:59Z&view=13\.2500,-7\.5000,6\.25&layers=regions,front,incidents&front=ISSP&lang=fr&side=jnim&/);
  assert.match(link, /&event_type=battle&country=ML&region=ML-5&geo_precision=1,2&deaths=unknown,100%2B&dataset=acled&q=Djibo\+%26\+Kaya,\+%C3%A9t%C3%A9#from=/);
  const { from, to, view, knownAt, layers, language, filters, front } = state;
  assert.deepEqual(decodeQuery(new URL(link).search), { from, to, view, knownAt, layers, language, filters, front });
  const plain = linkTo({ ...state, knownAt: null, layers: [...DEFAULT_LAYERS], language: "en", filters: NO_FILTERS }, "https://map.example/");
  assert.match(plain, /\?datetime=2025-10-01\/2025-10-31&view=13\.2500,-7\.5000,6\.25#from=/);
  assert.match(linkTo({ ...state, layers: [] }, "https://map.example/"), /&layers=none&/);
  assert.match(linkTo({ ...state, panel: "front", layers: ["incidents"] }, "https://map.example/"), /&layers=incidents&lang=fr&/);
  assert.deepEqual(decodeQuery("?embed=1"), {});
});
