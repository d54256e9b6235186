import type { Shape } from "./shape.js";

/** What a caller may say of each call. */
export interface CallOptions {
  /** Ends the call: it rejects with the reason of the signal. Whether the request took effect is then unknown. */
  readonly signal?: AbortSignal | undefined;
  /** How many milliseconds the call may take, with all its waits and repetitions. It replaces that of the connection. */
  readonly timeout?: number | undefined;
}

/** The methods that the routes have. */
export type Method = "get" | "post" | "patch" | "delete";

/**
 * What a request authenticates with: nothing; the token of the session in `Authorization` or in `Azuma-Session`; or a token that no
 * session of the connection has, in `Authorization`.
 */
export type Authentication = "none" | "bearer" | "azuma-session" | { readonly bearer: string };

/** A request to a route. */
export interface ApiRequest extends CallOptions {
  readonly method: Method;
  /** The path, beginning with `/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** What is sent: a form, or anything else as JSON. */
  readonly body?: unknown;
  /** What comes of a second time. A `GET` changes nothing then; anything else changes something, unless this says otherwise. */
  readonly repeated?: "changes nothing" | "changes something" | undefined;
  readonly authentication: Authentication;
  /** What the body of a success has to have; the call rejects with `UnexpectedAnswer` where it lacks that. */
  readonly shape?: Shape | undefined;
}
