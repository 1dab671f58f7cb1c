import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDay } from "../../static/src/calendar";
import { isUndated } from "../../static/src/data/incidents";
import { rowsOf, select } from "../../static/src/data/selection";
import { LIGHT } from "../../static/src/draw/palette";
import { Bus } from "../../static/src/events";
import { Page, buildDataset } from "../../static/src/page";
import { NO_FILTERS, Store } from "../../static/src/state";
import type { State } from "../../static/src/state";
import type { ControlPlace, IncidentFeature } from "../../static/src/types";
import { NO_CONTROL, TODAY, incident, stream } from "./records";

test("a record dated in the future is listed apart and moves neither the last record nor the span", () => {
  const future = { date_start: "2099-01-01", date_end: "2099-01-01" };
  const data = buildDataset(
    {
      stream: stream([incident("a"), incident("b", future), incident("c", { date_start: "2025-11-01", date_end: "2095-11-01" })]),
      actors: [],
      control: NO_CONTROL,
      corridors: { corridors: [], changes: [] },
    },
    TODAY,
  );
  assert.deepEqual([data.incidents.dated, data.incidents.total], [2, 3]);
  assert.equal(isUndated(data.incidents, 2), false);
  assert.equal(isoDay(data.incidents.first[2]!), "2099-01-01");
  assert.equal(isoDay(data.lastRecord), isoDay(TODAY));
  assert.deepEqual([isoDay(data.span.from), isoDay(data.span.to)], ["2025-10-01", isoDay(TODAY)]);
});

test("a statement on a region or a drawn area is no town, and is kept", () => {
  const at = (place: string, target: string | undefined, lon: number | null) => ({ place, country: "ML", region: "ML-1", lon, lat: lon, population: null, ...(target ? { target } : {}) }) as ControlPlace;
  const places = [at("Town", "place", 1), at("Older answer", undefined, 1), at("Region", "admin", 1), at("Area", "polygon", 2), at("Nowhere", "place", null)];
  const data = buildDataset({ stream: stream([incident("a")]), actors: [], control: { ...NO_CONTROL, places }, corridors: { corridors: [], changes: [] } }, TODAY);
  assert.deepEqual(data.places.map(({ place }) => place), ["Town", "Older answer"]);
  assert.deepEqual(data.wide.map(({ place }) => place), ["Region", "Area", "Nowhere"]);
});

function pageOf(features: IncidentFeature[], asked: string[] = []): Page {
  const loaded = { stream: stream(features), actors: [], control: NO_CONTROL, corridors: { corridors: [], changes: [] } };
  const data = buildDataset(loaded, TODAY);
  const state = { from: data.span.from, to: data.span.from + 30, mode: "cumulative", unit: "day", filters: NO_FILTERS, other: null, knownAt: null, layers: [] };
  const fetchItems = (parameters: string) => {
    asked.push(parameters);
    return Promise.resolve(features);
  };
  const fetchItem = (id: string) => Promise.resolve(features.find((feature) => feature.id === id)!);
  return new Page(new Store(state as unknown as State), new Bus(), data, () => LIGHT, fetchItems, fetchItem, TODAY);
}

const year = Array.from({ length: 60 }, (_, i) => {
  const day = `2025-${String(1 + Math.floor(i / 28)).padStart(2, "0")}-${String((i % 28) + 1).padStart(2, "0")}`;
  return incident(`n${i}`, { date_start: day, date_end: day, fatalities_best: i % 3 === 0 ? null : i });
});

test("a step that only adds gives the selection that counting anew gives", () => {
  const page = pageOf(year);
  const { store } = page;
  for (let to = store.get().to + 3; to <= page.data.span.to; to += 3) {
    store.set({ to });
    const anew = select(page.data.incidents, page.scene.window, page.fails);
    assert.deepEqual(rowsOf(page.selection), rowsOf(anew));
    assert.deepEqual(page.selection.deaths, anew.deaths);
    assert.equal(page.scene.extends, true);
  }
  store.set({ to: store.get().to - 20 });
  assert.equal(page.scene.extends, false);
  assert.deepEqual(rowsOf(page.selection), rowsOf(select(page.data.incidents, page.scene.window, page.fails)));
});

test("a record finds its row, also where several share day and point, and a step asks for none", async () => {
  const twins = ["b", "a", "c"].map((id) => incident(id, { title: `Record ${id}` }));
  const asked: string[] = [];
  const page = pageOf([...twins, incident("far", { title: "Elsewhere" }, [3, 15])], asked);
  page.store.set({ to: page.data.span.to });
  assert.deepEqual(asked, []);
  assert.equal(page.incident(0).title, null);
  await page.records.load([0, 1, 2]);
  assert.match(asked[0]!, /^datetime=2025-10-10\/2025-10-10&bbox=/);
  const titles = rowsOf(page.selection).map((row) => [page.incident(row).title, page.incident(row).lon]);
  assert.deepEqual(titles, [["Record a", 0], ["Record b", 0], ["Record c", 0], ["Elsewhere", 3]]);
  assert.equal(page.incidentById("test:b")!.title, "Record b");
});

test("where fewer records come than rows share a key, none is taken for another", () => {
  const page = pageOf([incident("a"), incident("b")]);
  page.records.take([incident("b", { title: "Only one" })]);
  assert.deepEqual([page.incident(0).title, page.incident(1).title], [null, null]);
});
