import type { Answer } from "./answer.js";
import { baseOf } from "./base.js";
import { Deadline } from "./deadline.js";
import type { ApiRequest, CallOptions } from "./request.js";
import { Sender } from "./sender.js";
import { Session } from "./session.js";
import { MemoryTokenStore } from "./stores/memory.js";
import type { StoredSession, TokenStore } from "./stores/token-store.js";

/** How a connection behaves. */
export interface ConnectionOptions {
  /** Where the session is kept; in memory unless it is given. */
  readonly store?: TokenStore;
  /** How many milliseconds a call may take, with all its waits and repetitions: 30,000 unless it is given. */
  readonly timeout?: number;
  /** How often a request that is safe to repeat is sent at most: 3 times unless it is given. 1 repeats nothing. */
  readonly attempts?: number;
  /** What is used instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * A server and the session of one user at it, which the dialects share.
 *
 * Whatever answer carries a new token (`Azuma-Session`), the token replaces the one that was sent. An answer that comes late replaces no newer
 * token, and revives no session that has ended or been replaced by another login. If a token is refused that was replaced meanwhile, by
 * another page say, the request is repeated once with the new token. If the server says that the session has ended, the token is forgotten.
 */
export class Connection {
  /** The session that requests are sent with. */
  readonly session: Session;
  readonly #sender: Sender;
  readonly #timeout: number;

  /**
   * @param url the URL at which clients reach the server, such as `https://accounts.example.org`
   * @throws TypeError if it is no URL of `http` or `https`, or has a user, a query or a fragment
   * @throws RangeError if `attempts` is no whole number from 1 on
   */
  constructor(url: string | URL, options: ConnectionOptions = {}) {
    const { attempts = 3, store = new MemoryTokenStore(), timeout = 30_000 } = options;
    if (!Number.isInteger(attempts) || attempts < 1) {
      throw new RangeError("attempts is a whole number from 1 on");
    }
    // Browsers refuse a `fetch` that is called as a method of something else.
    const fetching = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.session = new Session(store);
    this.#sender = new Sender(baseOf(url), fetching, attempts);
    this.#timeout = timeout;
  }

  /**
   * Sends a request, also to a route that this package does not know, and returns the body of the answer.
   *
   * @throws AzumaError
   */
  async send(request: ApiRequest): Promise<unknown> {
    return (await this.answer(request)).accepted(request.shape);
  }

  /** @internal Sends a request, and returns the answer, whatever its status is. */
  async answer(request: ApiRequest): Promise<Answer> {
    return this.#within(request, (deadline) => this.#exchange(request, deadline));
  }

  /**
   * Sends a request that begins a session, and goes on with the `token` of the answer's body. If it has none, nobody is logged in. A session
   * before is forgotten either way.
   *
   * @throws AzumaError
   */
  async begin(request: ApiRequest): Promise<unknown> {
    return this.#within(request, async (deadline) => {
      const body = (await this.#exchange(request, deadline)).accepted(request.shape);
      const token = tokenOf(body);
      await (token === undefined ? this.session.forget(deadline.signal) : this.session.adopt(token, deadline.signal));
      return body;
    });
  }

  /**
   * Sends a request that ends the session, and forgets the token once the server has accepted it.
   *
   * @throws AzumaError
   */
  async end(request: ApiRequest): Promise<unknown> {
    return this.#within(request, async (deadline) => {
      const sent = await this.session.current();
      const body = (await this.#authenticated(request, sent, deadline)).accepted(request.shape);
      await this.session.ended(sent, deadline.signal);
      return body;
    });
  }

  /**
   * Asks the server by this request whether there is a new token, and returns the token to use from now on. Of all who share the store and
   * call this at once, one asks.
   *
   * @throws AzumaError
   */
  async refresh(request: ApiRequest): Promise<string> {
    return this.#within(request, (deadline) => {
      const ask = async (): Promise<unknown> => (await this.#exchange(request, deadline)).accepted(request.shape);
      return this.session.refresh(ask, deadline.signal);
    });
  }

  async #within<T>(options: CallOptions, call: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(options.timeout ?? this.#timeout, options.signal);
    try {
      return await call(deadline);
    } finally {
      deadline.end();
    }
  }

  async #exchange(request: ApiRequest, deadline: Deadline): Promise<Answer> {
    const { authentication } = request;
    if (authentication === "none") {
      return this.#sender.send(request, undefined, deadline);
    }
    if (typeof authentication === "object") {
      return this.#sender.send(request, authentication.bearer, deadline);
    }
    return this.#authenticated(request, await this.session.current(), deadline);
  }

  async #authenticated(request: ApiRequest, sent: StoredSession, deadline: Deadline): Promise<Answer> {
    const answer = await this.#sender.send(request, sent.token, deadline);
    await this.session.replace(sent, answer, deadline.signal);
    const newer = answer.refusesToken ? await this.session.newerThan(sent, deadline.signal) : undefined;
    if (newer === undefined) {
      return answer;
    }
    const second = await this.#sender.send(request, newer.token, deadline);
    await this.session.replace(newer, second, deadline.signal);
    if (second.refusesToken) {
      await this.session.newerThan(newer, deadline.signal);
    }
    return second;
  }
}

function tokenOf(body: unknown): string | undefined {
  const isObject = typeof body === "object" && body !== null;
  return isObject && "token" in body && typeof body.token === "string" ? body.token : undefined;
}
