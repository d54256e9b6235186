import { unlessAborted } from "../deadline.js";
import type { Turn } from "./token-store.js";

/** Lets work of one kind wait for the work of that kind before it, in this process or page. */
export class Turns {
  readonly #last = new Map<Turn, Promise<unknown>>();

  /** Does the work once the work before it is done, whether it failed or not. */
  take<T>(turn: Turn, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last.get(turn) ?? Promise.resolve();
    const mine = before.then(async () => {
      signal.throwIfAborted();
      return work();
    });
    this.#last.set(turn, mine.catch(() => {}));
    return unlessAborted(mine, signal);
  }
}
