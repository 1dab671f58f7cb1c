import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDay } from "../../static/src/calendar";
import { buildDataset } from "../../static/src/page";
import { TODAY, incident } from "./records";

test("a record dated in the future is listed apart and moves neither the last record nor the span", () => {
  const future = { date_start: "2099-01-01", date_end: "2099-01-01" };
  const data = buildDataset(
    {
      incidents: [incident("a"), incident("b", future), incident("c", { date_start: "2025-11-01", date_end: "2095-11-01" })],
      regions: [],
      places: [],
      actors: [],
      datasets: [],
      control: { places: [], changes: [] },
      corridors: { corridors: [], changes: [] },
      withheld: 0,
    },
    TODAY,
  );
  assert.deepEqual(data.incidents.rows.map(({ id }) => id), ["test:a", "test:c"]);
  assert.deepEqual(data.incidents.future.map(({ id }) => id), ["test:b"]);
  assert.equal(isoDay(data.lastRecord), isoDay(TODAY));
  assert.deepEqual([isoDay(data.span.from), isoDay(data.span.to)], ["2025-10-01", isoDay(TODAY)]);
});
