import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT } from "../../static/src/draw/palette";
import { strong } from "../../static/src/draw/places";

test("the state's blue, however doubtful or old, stays clearly darker than the blue of self-defence groups", () => {
  const brightness = ([r, g, b]: number[]) => 0.299 * r! + 0.587 * g! + 0.114 * b!;
  const state = strong(LIGHT, "state", "low", 0.6).match(/\d+/g)!.map(Number);
  const other = [1, 3, 5].map((i) => parseInt(LIGHT.sides.self_defence.slice(i, i + 2), 16));
  assert.ok(brightness(other) - brightness(state) >= 30, `${state} against ${other}`);
});
