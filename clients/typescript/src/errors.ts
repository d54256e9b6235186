import type { CallOptions } from "./request.js";

/** What a server says of a refusal. */
export interface Refusal {
  /** The status of the answer; 0 for a redirect in browsers, which do not tell it. */
  readonly status: number;
  /** The server's code, such as `NOT_FOUND`; empty where the answer was none of Azuma's, as that of a proxy. */
  readonly code: string;
  /** Which field breaks which rule, in English, where the server says so (400 and 422). */
  readonly detail: string | undefined;
  /** What a user can do something about, such as `PASSWORD_GUESSABLE`, where the server says so. */
  readonly reason: string | undefined;
  /** The id under which the server's log tells of the request. */
  readonly requestId: string | undefined;
  /** After how many seconds to try again, where the server says so. */
  readonly retryAfter: number | undefined;
}

/** Everything that this package throws, but for the reason of a caller's own `AbortSignal`. */
export abstract class AzumaError extends Error {
  /** The name of its class, also where a minifier has renamed that. */
  abstract override get name(): string;
}

/** There is no token to send: nobody has logged in, or the session has ended. Nothing was sent. */
export class NotLoggedIn extends AzumaError {
  override get name(): string {
    return "NotLoggedIn";
  }

  constructor() {
    super("nobody is logged in");
  }
}

/** What was given as a token is none: it is empty, or has white space or other characters that no token has. Nothing was sent. */
export class MalformedToken extends AzumaError {
  override get name(): string {
    return "MalformedToken";
  }

  constructor() {
    super("a token is one word of ASCII characters");
  }
}

/** What was given as an id is no UUID. Nothing was sent. */
export class MalformedId extends AzumaError {
  override get name(): string {
    return "MalformedId";
  }

  constructor() {
    super("an id is a UUID with its hyphens");
  }
}

/** No answer came: the network, the name or the certificate failed. Whether the request arrived is unknown. */
export class Unreachable extends AzumaError {
  override get name(): string {
    return "Unreachable";
  }

  constructor(cause: unknown) {
    super("the server cannot be reached", { cause });
  }
}

/** No answer came within the time of the call. Whether the request arrived is unknown. */
export class TimedOut extends AzumaError {
  override get name(): string {
    return "TimedOut";
  }

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** The server refused. There is a subclass for each kind of refusal. */
export abstract class RefusedError extends AzumaError implements Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(refusal: Refusal) {
    super([refusal.status, refusal.code, refusal.detail ?? refusal.reason].filter(Boolean).join(" "));
    this.status = refusal.status;
    this.code = refusal.code;
    this.detail = refusal.detail;
    this.reason = refusal.reason;
    this.requestId = refusal.requestId;
    this.retryAfter = refusal.retryAfter;
  }
}

/** 400: the request lacks something or breaks a rule; `detail` or `reason` says which. */
export class BadRequest extends RefusedError {
  override get name(): string {
    return "BadRequest";
  }
}

/** 401: the token is not live, or (in `legacy` and `account`) the password is wrong. */
export class Unauthorized extends RefusedError {
  override get name(): string {
    return "Unauthorized";
  }
}

/** 403: a wrong password, a disabled account, or a registration that the server's rules refuse. */
export class Forbidden extends RefusedError {
  override get name(): string {
    return "Forbidden";
  }
}

/** 404: there is none, or no such user. */
export class NotFound extends RefusedError {
  override get name(): string {
    return "NotFound";
  }
}

/** 409: the name or the address is taken, or what was to be set up is there. */
export class AlreadyExists extends RefusedError {
  override get name(): string {
    return "AlreadyExists";
  }

  /** What is taken, where the dialect says so (`account`). */
  readonly conflict: string | undefined;

  constructor(refusal: Refusal, conflict: string | undefined) {
    super(refusal);
    this.conflict = conflict;
  }
}

/** 422: the e-mail address is malformed. */
export class Unprocessable extends RefusedError {
  override get name(): string {
    return "Unprocessable";
  }
}

/** 424: the password is right, and the account waits until its address is verified. */
export class NotVerified extends RefusedError {
  override get name(): string {
    return "NotVerified";
  }
}

/** 429, or in `account` 403 with `Retry-After`: too many of these. Nothing has changed. */
export class TooManyRequests extends RefusedError {
  override get name(): string {
    return "TooManyRequests";
  }
}

/** 503: the server is busy, is stopping, or cannot reach its database. Unless the call only read, it may have taken effect. */
export class Unavailable extends RefusedError {
  override get name(): string {
    return "Unavailable";
  }
}

/** 500: a defect of the server. */
export class ServerDefect extends RefusedError {
  override get name(): string {
    return "ServerDefect";
  }
}

/** Any other status, such as that of a proxy, or an answer that is no JSON, lacks what was asked for, or is longer than 4 MiB. */
export class UnexpectedAnswer extends RefusedError {
  override get name(): string {
    return "UnexpectedAnswer";
  }
}

/** The password is right, and the user has a second factor: the call needs a code. A wrong code is answered the same. */
export class SecondFactorRequired extends RefusedError {
  override get name(): string {
    return "SecondFactorRequired";
  }

  readonly #repeat: (code: string, options: CallOptions) => Promise<unknown>;

  /** @internal */
  constructor(refusal: Refusal, repeat: (code: string, options: CallOptions) => Promise<unknown>) {
    super(refusal);
    this.#repeat = repeat;
  }

  /**
   * Repeats the call with a code of the user's authenticator app, or a recovery code. The error holds what the call was made with, the
   * password too, until it is dropped. What `connection.send` was called with is not repeated: this rejects with the error itself.
   *
   * @returns what the call would have returned
   * @throws another `SecondFactorRequired` if the code is wrong or was used
   */
  withCode(code: string, options: CallOptions = {}): Promise<unknown> {
    return this.#repeat(code, options);
  }
}
