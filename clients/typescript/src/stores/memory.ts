import type { StoredSession, TokenStore, Turn } from "./token-store.js";
import { Turns } from "./turns.js";

/** Keeps the session in memory: it is gone with the process or page, and nobody else sees it. */
export class MemoryTokenStore implements TokenStore {
  #session: StoredSession | null = null;
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();

  async read(): Promise<StoredSession | null> {
    return this.#session;
  }

  async write(session: StoredSession | null): Promise<void> {
    this.#session = session;
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }

  inTurn<T>(turn: Turn, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#turns.take(turn, work, signal);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
