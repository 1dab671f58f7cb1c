// The one clock: turns time into steps of the window while playing. Holds on the last step; loops only when asked.

import { edgeWindow, stepWindow, unitIndex } from "../calendar";
import type { Span } from "../calendar";
import type { Store } from "../state";

export class Clock {
  private handle = 0;
  private last = 0;
  private owed = 0;

  constructor(
    private readonly store: Store,
    private readonly span: Span,
    /** Playing ends here: later steps hold no record. */
    private readonly lastRecord: number,
  ) {
    store.subscribe(["playing"], (state) => (state.playing ? this.start() : this.stop()));
  }

  step(count: number): void {
    const state = this.store.get();
    this.store.set(stepWindow(state, state.mode, state.unit, count, this.span));
  }

  jump(edge: "first" | "last"): void {
    const state = this.store.get();
    this.store.set(edgeWindow(state, state.mode, state.unit, edge, this.span));
  }

  toggle(): void {
    const state = this.store.get();
    if (!state.playing && this.atEnd()) this.jump("first");
    this.store.set({ playing: !state.playing });
  }

  private atEnd(): boolean {
    const { to, unit } = this.store.get();
    return unitIndex(to, unit) >= unitIndex(this.lastRecord, unit);
  }

  private start(): void {
    this.owed = 0;
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
    this.owed = Math.min(this.owed + ((now - this.last) / 1000) * state.speed, 2);
    this.last = now;
    while (this.owed >= 1 && this.store.get().playing) {
      this.owed -= 1;
      if (!this.atEnd()) this.step(1);
      else if (state.loop) this.jump("first");
      else this.store.set({ playing: false });
    }
    if (this.store.get().playing) this.handle = requestAnimationFrame(this.tick);
  };
}
