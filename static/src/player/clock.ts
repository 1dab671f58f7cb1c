// The one clock: turns time into steps of the window while playing, forwards or back. Holds on the last step; loops only when asked.

import { clockDay, edgeWindow, stepWindow, unitIndex } from "../calendar";
import type { Span } from "../calendar";
import type { State, Store } from "../state";

/** A loop rests on its last step for so long, so that it can be read. */
const HOLD_MS = 1_500;

/** Name under which the script time of each step is told to PerformanceObservers. */
const MEASURE = "harmattan:step";

export class Clock {
  private handle = 0;
  private last = 0;
  private owed = 0;
  private holdUntil = 0;

  constructor(
    private readonly store: Store,
    private readonly span: Span,
    /** Playing ends here: later steps hold no record. */
    private readonly lastRecord: number,
    /** Has a step of this window nothing to show? */
    private readonly isEmpty: (window: Span, state: Readonly<State>) => boolean,
  ) {
    store.subscribe(["playing"], (state) => (state.playing ? this.start() : this.stop()));
  }

  /** So many units later, earlier when negative. With `skip`, on over what is empty. */
  step(count: number): void {
    const begun = performance.now();
    const state = this.store.get();
    let next = stepWindow(state, state.mode, state.unit, count, this.span);
    if (state.skip && Math.abs(count) === 1) {
      for (let from: Span = state; this.isEmpty(next, state) && !same(from, next); ) {
        from = next;
        next = stepWindow(next, state.mode, state.unit, count, this.span);
      }
    }
    this.store.set({ from: next.from, to: next.to });
    performance.measure(MEASURE, { start: begun, end: performance.now() });
    // Observers have it; the browser's own list would grow for as long as it plays.
    performance.clearMeasures(MEASURE);
  }

  jump(edge: "first" | "last"): void {
    const state = this.store.get();
    this.store.set(edgeWindow(state, state.mode, state.unit, edge, this.span));
  }

  toggle(): void {
    const state = this.store.get();
    if (!state.playing && this.atEnd()) this.rewind();
    this.store.set({ playing: !state.playing });
  }

  private rewind(): void {
    this.jump(this.store.get().reverse ? "last" : "first");
  }

  private atEnd(): boolean {
    const state = this.store.get();
    const at = unitIndex(clockDay(state, state.mode), state.unit);
    if (!state.reverse) return at >= unitIndex(this.lastRecord, state.unit);
    const back = stepWindow(state, state.mode, state.unit, -1, this.span);
    return same(back, state);
  }

  private start(): void {
    this.owed = 0;
    this.holdUntil = 0;
    this.last = performance.now();
    this.handle = requestAnimationFrame(this.tick);
  }

  private stop(): void {
    cancelAnimationFrame(this.handle);
  }

  private readonly tick = (now: number): void => {
    const state = this.store.get();
    if (!state.playing) return;
    // A hidden tab owes at most one step when it comes back.
    this.owed = Math.min(this.owed + (Math.max(0, now - this.last) / 1000) * state.speed, 2);
    this.last = now;
    while (this.owed >= 1 && this.store.get().playing) {
      this.owed -= 1;
      if (!this.atEnd()) this.step(state.reverse ? -1 : 1);
      else if (!state.loop) this.store.set({ playing: false });
      else if (this.holdUntil === 0) this.holdUntil = now + HOLD_MS;
      else if (now >= this.holdUntil) {
        this.holdUntil = 0;
        this.rewind();
      }
    }
    if (this.store.get().playing) this.handle = requestAnimationFrame(this.tick);
  };
}

function same(a: Span, b: Span): boolean {
  return a.from === b.from && a.to === b.to;
}
