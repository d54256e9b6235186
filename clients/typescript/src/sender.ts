import { Answer } from "./answer.js";
import type { Deadline } from "./deadline.js";
import { Unreachable } from "./errors.js";
import type { ApiRequest } from "./request.js";
import { wellFormed } from "./token.js";

/** The wait after the first request that no answer came to, in milliseconds; after the next it is twice as long. */
const FIRST_WAIT = 250;
/** Waits are up to this much longer, so that clients which were refused together do not come back together. */
const SPREAD = 0.25;

/** Sends requests, and those that are safe to repeat again. */
export class Sender {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #attempts: number;

  /**
   * @param base what precedes each path
   * @param attempts how often a request is sent at most
   */
  constructor(base: string, fetching: typeof fetch, attempts: number) {
    this.#base = base;
    this.#fetch = fetching;
    this.#attempts = attempts;
  }

  /**
   * Returns the answer, whatever its status is.
   *
   * Sent again is what changes nothing: a GET that no answer came to or that was answered 503 with `Retry-After`, and any request that came
   * too often. The wait is that of the server. If it is longer than the call may take, the refusal is returned at once.
   *
   * @throws Unreachable, or MalformedToken, or the reason of the deadline
   */
  async send(request: ApiRequest, token: string | undefined, deadline: Deadline): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#once(request, token, deadline);
      const wait = waitBeforeNext(outcome, request, attempt);
      if (wait === undefined || attempt >= this.#attempts || wait >= deadline.left) {
        if (outcome instanceof Answer) {
          return outcome;
        }
        throw outcome;
      }
      await deadline.wait(wait);
    }
  }

  async #once(request: ApiRequest, token: string | undefined, deadline: Deadline): Promise<Answer | Unreachable> {
    deadline.signal.throwIfAborted();
    const fetching = this.#fetch;
    // What cannot be sent is no failure of the network.
    const [url, init] = [this.#url(request), this.#init(request, token, deadline.signal)];
    try {
      return await Answer.read(await fetching(url, init), request.path);
    } catch (cause) {
      deadline.signal.throwIfAborted();
      return new Unreachable(cause);
    }
  }

  #url(request: ApiRequest): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) {
        query.set(name, String(value));
      }
    }
    // Its `size` is younger than many browsers.
    const text = query.toString();
    return `${this.#base}${request.path}${text === "" ? "" : `?${text}`}`;
  }

  #init(request: ApiRequest, token: string | undefined, signal: AbortSignal): RequestInit {
    const headers = new Headers({ accept: "application/json" });
    if (token !== undefined) {
      const sent = wellFormed(token);
      if (request.authentication === "azuma-session") {
        headers.set("azuma-session", sent);
      } else {
        headers.set("authorization", `Bearer ${sent}`);
      }
    }
    const form = request.body instanceof URLSearchParams ? request.body : undefined;
    if (form === undefined && request.body !== undefined) {
      headers.set("content-type", "application/json");
    }
    return {
      method: request.method.toUpperCase(),
      headers,
      signal,
      ...(request.body === undefined ? {} : { body: form ?? JSON.stringify(request.body) }),
      cache: "no-store",
      // The header is the only carrier, and goes to this server alone.
      credentials: "omit",
      // It is told, and not followed.
      redirect: "manual",
    };
  }
}

/** How many milliseconds to wait before the request is sent again; `undefined` if it must not be. */
function waitBeforeNext(outcome: Answer | Unreachable, request: ApiRequest, attempt: number): number | undefined {
  const isHarmless = (request.repeated ?? (request.method === "get" && "changes nothing")) === "changes nothing";
  const spread = 1 + SPREAD * Math.random();
  if (outcome instanceof Unreachable) {
    return isHarmless ? FIRST_WAIT * 2 ** (attempt - 1) * spread : undefined;
  }
  const isSafe = outcome.isTooOften || (outcome.status === 503 && isHarmless);
  return isSafe && outcome.retryAfter !== undefined ? outcome.retryAfter * 1000 * spread : undefined;
}
