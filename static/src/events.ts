// A typed event list: the only way, besides state, in which parts of the page meet.

import type { PageEvents } from "./types";

type Handler<T> = (value: T) => void;

export class Bus {
  private readonly handlers = new Map<keyof PageEvents, Handler<never>[]>();

  on<K extends keyof PageEvents>(name: K, handler: Handler<PageEvents[K]>): void {
    const list = this.handlers.get(name) ?? [];
    list.push(handler as Handler<never>);
    this.handlers.set(name, list);
  }

  emit<K extends keyof PageEvents>(name: K, value: PageEvents[K]): void {
    for (const handler of this.handlers.get(name) ?? []) (handler as Handler<PageEvents[K]>)(value);
  }
}
