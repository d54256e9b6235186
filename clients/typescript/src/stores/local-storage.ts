import type { StoredSession, TokenStore, Turn } from "./token-store.js";
import { Turns } from "./turns.js";

/**
 * Keeps the session in `localStorage`: it outlives the page, and all pages of the origin share it. Whatever script runs on the origin can read
 * it.
 *
 * Pages take turns by `navigator.locks`. Browsers have that for https and localhost only; elsewhere each page takes turns with itself alone, so
 * two of them may ask for a new token at once, and the server gives both the same.
 */
export class LocalStorageTokenStore implements TokenStore {
  readonly #key: string;
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();
  readonly #onStorage = (event: StorageEvent): void => {
    // Without a key, everything was cleared.
    if (event.storageArea === localStorage && (event.key === this.#key || event.key === null)) {
      this.#tell();
    }
  };

  readonly #onShow = (event: PageTransitionEvent): void => {
    // A page that comes back as it was (bfcache) has missed what was told meanwhile.
    if (event.persisted) {
      this.#tell();
    }
  };

  /** @param key the key of the entry; connections to different servers need different ones */
  constructor(key = "azuma-client") {
    this.#key = key;
  }

  async read(): Promise<StoredSession | null> {
    return parse(localStorage.getItem(this.#key));
  }

  async write(session: StoredSession | null): Promise<void> {
    if (session === null) {
      localStorage.removeItem(this.#key);
    } else {
      localStorage.setItem(this.#key, JSON.stringify(session));
    }
    // Browsers tell the other pages alone.
    this.#tell();
  }

  async inTurn<T>(turn: Turn, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const locks: LockManager | undefined = navigator.locks;
    if (locks === undefined) {
      return this.#turns.take(turn, work, signal);
    }
    return locks.request(`${this.#key}:${turn}`, { signal }, work);
  }

  subscribe(listener: () => void): () => void {
    if (this.#listeners.size === 0) {
      addEventListener("storage", this.#onStorage);
      addEventListener("pageshow", this.#onShow);
    }
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        removeEventListener("storage", this.#onStorage);
        removeEventListener("pageshow", this.#onShow);
      }
    };
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}

/** What another script or a newer release may have written is no session. */
function parse(text: string | null): StoredSession | null {
  try {
    const { token, login, refreshes } = JSON.parse(text ?? "null") ?? {};
    const isSession = typeof token === "string" && typeof login === "string" && typeof refreshes === "number";
    return isSession ? { token, login, refreshes } : null;
  } catch {
    return null;
  }
}
