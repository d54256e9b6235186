import type { Answer } from "./answer.js";
import { NotLoggedIn } from "./errors.js";
import type { StoredSession, TokenStore } from "./stores/token-store.js";
import { wellFormed } from "./token.js";

/** Ends no wait. */
const UNENDING = new AbortController().signal;

/** The session of a connection, as its store keeps it. */
export class Session {
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /** The token that the next request sends; `null` if nobody is logged in. */
  async token(): Promise<string | null> {
    return (await this.#store.read())?.token ?? null;
  }

  /**
   * Goes on with a token that came from elsewhere. The session before it, if any, is forgotten and not ended, and no answer that comes late brings
   * it back.
   *
   * @param signal ends the wait for others who change what is stored
   * @throws MalformedToken
   */
  async adopt(token: string, signal: AbortSignal = UNENDING): Promise<void> {
    const session = { token: wellFormed(token), login: randomText(), refreshes: 0 };
    await this.#store.inTurn("change", () => this.#store.write(session), signal);
  }

  /**
   * Forgets the token, and no answer that comes late brings it back. The session does not end by that: see the dialects' `logout`.
   *
   * @param signal ends the wait for others who change what is stored
   */
  async forget(signal: AbortSignal = UNENDING): Promise<void> {
    await this.#store.inTurn("change", () => this.#store.write(null), signal);
  }

  /**
   * Tells of each other token, and of `null` once there is none: after a login, a replacement, a logout, and after what another page that
   * shares the store has done. Returns what ends that.
   *
   * Nothing is told while the store cannot be read: the calls that need a token reject then. What has become of it is told with the next write.
   */
  subscribe(listener: (token: string | null) => void): () => void {
    let last: string | null | undefined;
    const look = (token: string | null): void => {
      if (token !== last) {
        last = token;
        // What it throws is an error of the page or process, and no failure of the store.
        queueMicrotask(() => listener(token));
      }
    };
    const onFailure = (): void => {};
    // What is there now is told to nobody.
    void this.token().then((token) => (last ??= token), onFailure);
    return this.#store.subscribe(() => void this.token().then(look, onFailure));
  }

  /** @internal The session to send a request with. */
  async current(): Promise<StoredSession> {
    const session = await this.#store.read();
    if (session === null) {
      throw new NotLoggedIn();
    }
    return session;
  }

  /**
   * @internal Keeps the token that replaces the one that was sent, unless the store has another one by now.
   *
   * A store that fails does not fail the call, which the server has answered: each answer to the old token carries the same new one.
   */
  async replace(sent: StoredSession, answer: Answer, signal: AbortSignal): Promise<void> {
    const token = answer.nextToken;
    if (token !== undefined) {
      await this.#change(sameToken(sent), (session) => ({ ...session, token }), signal).catch(() => {});
    }
  }

  /** @internal After the server has refused the token that was sent: the newer token of the same login, or nothing, and then there is none. */
  async newerThan(refused: StoredSession, signal: AbortSignal): Promise<StoredSession | undefined> {
    const session = await this.#change(sameToken(refused), () => null, signal);
    return session !== null && session.login === refused.login ? session : undefined;
  }

  /** @internal Forgets the session that has ended, unless the store has another login by now. */
  async ended(sent: StoredSession, signal: AbortSignal): Promise<void> {
    await this.#change(({ login }) => login === sent.login, () => null, signal);
  }

  /** @internal Asks the server, unless somebody who shares the store has done so since this was called. Returns the token. */
  async refresh(ask: () => Promise<unknown>, signal: AbortSignal): Promise<string> {
    const before = await this.current();
    const work = async (): Promise<string> => {
      const now = await this.current();
      if (now.login !== before.login || now.token !== before.token || now.refreshes !== before.refreshes) {
        return now.token;
      }
      await ask();
      const asked = await this.current();
      await this.#change(sameToken(asked), (session) => ({ ...session, refreshes: session.refreshes + 1 }), signal);
      return asked.token;
    };
    return this.#store.inTurn("refresh", work, signal);
  }

  /** Replaces what is stored where the condition holds for it. Returns what is stored then. */
  #change(
    condition: (session: StoredSession) => boolean,
    change: (session: StoredSession) => StoredSession | null,
    signal: AbortSignal,
  ): Promise<StoredSession | null> {
    const work = async (): Promise<StoredSession | null> => {
      const session = await this.#store.read();
      if (session === null || !condition(session)) {
        return session;
      }
      const changed = change(session);
      await this.#store.write(changed);
      return changed;
    };
    return this.#store.inTurn("change", work, signal);
  }
}

function sameToken(sent: StoredSession): (session: StoredSession) => boolean {
  return ({ token }) => token === sent.token;
}

/** 128 random bits. Browsers have `crypto.randomUUID` for https and localhost only. */
function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
