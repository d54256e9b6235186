import { readBody } from "./body.js";
import {
  AlreadyExists,
  BadRequest,
  Forbidden,
  NotFound,
  NotVerified,
  type Refusal,
  type RefusedError,
  SecondFactorRequired,
  ServerDefect,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  UnexpectedAnswer,
  Unprocessable,
} from "./errors.js";
import { hasShape, type Shape } from "./shape.js";
import { isWellFormed } from "./token.js";

/** An answer that was read to its end, or as far as answers are read. */
export class Answer {
  readonly status: number;
  readonly #headers: Headers;
  readonly #text: string | undefined;
  readonly #redirects: boolean;
  readonly #isOfAccount: boolean;

  private constructor(response: Response, path: string, text: string | undefined) {
    this.status = response.status;
    this.#headers = response.headers;
    this.#text = text;
    this.#isOfAccount = path.startsWith("/account/");
    // Browsers do not tell the status.
    this.#redirects = response.type === "opaqueredirect" || (response.status >= 300 && response.status <= 399);
  }

  /** @param path that of the request */
  static async read(response: Response, path: string): Promise<Answer> {
    return new Answer(response, path, await readBody(response));
  }

  /** The token that replaces the one that was sent, if there is one. What is no token, as a proxy may make of it, counts as none. */
  get nextToken(): string | undefined {
    const header = this.#headers.get("azuma-session");
    return header !== null && isWellFormed(header) ? header : undefined;
  }

  /** Whether the server says that the token is not live. A wrong password is refused without these words. */
  get refusesToken(): boolean {
    return this.status === 401 && (this.#headers.get("www-authenticate") ?? "").includes('error="invalid_token"');
  }

  /** When it was given, by the server's clock, to the second; `null` where the server does not say so. */
  get date(): Date | null {
    const date = new Date(this.#headers.get("date") ?? "");
    return Number.isNaN(date.getTime()) ? null : date;
  }

  /** `Retry-After` in seconds. A date, which Azuma does not send, counts as nothing. */
  get retryAfter(): number | undefined {
    const header = this.#headers.get("retry-after");
    return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
  }

  /** Whether the request came too often and changed nothing; `account` says so by 403 (docs/api/contract.md). */
  get isTooOften(): boolean {
    return this.status === 429 || (this.#isOfAccount && this.status === 403 && this.retryAfter !== undefined);
  }

  /**
   * The body of a success, `undefined` if it is empty.
   *
   * @param shape what it has to have
   * @throws RefusedError for any other answer
   */
  accepted(shape?: Shape): unknown {
    if (this.#redirects) {
      throw this.unexpected("it is a redirect");
    }
    if (this.#text === undefined) {
      throw this.unexpected("it is longer than 4 MiB");
    }
    const body = jsonOf(this.#text);
    if (this.status < 200 || this.status > 299 || body === NOT_JSON) {
      throw this.#error(body);
    }
    if (shape !== undefined && !hasShape(body, shape)) {
      throw this.unexpected("it lacks what was asked for");
    }
    return body;
  }

  /** The error that says in which way this is no answer of Azuma. */
  unexpected(detail: string): UnexpectedAnswer {
    return new UnexpectedAnswer({ ...this.#refusal(undefined), detail });
  }

  #error(body: unknown): RefusedError {
    const refusal = this.#refusal(body);
    if (refusal.code === "") {
      return new UnexpectedAnswer(refusal);
    }
    if ((this.status === 401 || this.status === 403) && this.#headers.has("azuma-otp")) {
      const error: SecondFactorRequired = new SecondFactorRequired(refusal, () => Promise.reject(error));
      return error;
    }
    if (this.isTooOften) {
      return new TooManyRequests(refusal);
    }
    switch (this.status) {
      case 400:
        return new BadRequest(refusal);
      case 401:
        return new Unauthorized(refusal);
      case 403:
        return new Forbidden(refusal);
      case 404:
        return new NotFound(refusal);
      case 409:
        return new AlreadyExists(refusal, textOf(body, "conflict"));
      case 422:
        return new Unprocessable(refusal);
      case 424:
        return new NotVerified(refusal);
      case 500:
        return new ServerDefect(refusal);
      case 503:
        return new Unavailable(refusal);
      default:
        return new UnexpectedAnswer(refusal);
    }
  }

  #refusal(body: unknown): Refusal {
    return {
      status: this.status,
      code: textOf(body, "message") ?? "",
      detail: textOf(body, "detail"),
      reason: textOf(body, "reason"),
      requestId: this.#headers.get("x-request-id") ?? undefined,
      retryAfter: this.retryAfter,
    };
  }
}

const NOT_JSON = Symbol("not JSON");

function jsonOf(text: string): unknown {
  if (text === "") {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function textOf(body: unknown, field: string): string | undefined {
  if (typeof body !== "object" || body === null) {
    return undefined;
  }
  const value = (body as Record<string, unknown>)[field];
  return typeof value === "string" ? value : undefined;
}
