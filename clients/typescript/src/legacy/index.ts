/**
 * The API of the first Azuma, under `/api`. The server replaces the tokens of its sessions before they expire.
 *
 * @packageDocumentation
 */
import type { Connection } from "../connection.js";
import type { components, paths } from "../openapi/legacy.js";
import type { CallOptions } from "../request.js";
import { Routes } from "../routes.js";
import { withSecondFactor } from "../second-factor.js";

type Schemas = components["schemas"];

/** A name, or a proved e-mail address in its place, and a password. */
export type Credentials = Schemas["LoginRequest"];
/** An account to be. */
export type Registration = Schemas["RegisterRequest"];
/** The token of a new session, its user, and when the token expires. */
export type LoggedIn = Schemas["SessionResponse"];
/** The same, or `null` everywhere if the account waits until its address is verified. */
export type Registered = Schemas["SessionResponse"] | Schemas["NoSession"];
/** The user who is logged in. */
export type Me = Schemas["MeResponse"];

/** What the answers about a session and about the user have. */
const SESSION = { token: "text", userid: "object", expiration: "text" } as const;
const ME = { _id: "object", name: "text" } as const;

/** The calls of the first Azuma's API. Each rejects with an `AzumaError` as the package describes. */
export class Legacy {
  readonly #connection: Connection;
  readonly #routes: Routes<paths>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#routes = new Routes(connection, "azuma-session");
  }

  /** Tells the version of the server. */
  async version(options: CallOptions = {}): Promise<string> {
    return (await this.#routes.call("get", "/api/", { ...options, authentication: "none", shape: { version: "text" } })).version;
  }

  /**
   * Registers a user and logs in. If the account has to wait until its address is verified, the token is `null` and nobody is logged in.
   *
   * @throws AlreadyExists if the name or the address is taken
   */
  async register(registration: Registration, options: CallOptions = {}): Promise<Registered> {
    const parts = { ...options, authentication: "none", body: registration, shape: { token: "text or null" } } as const;
    return this.#routes.begin("post", "/api/register", parts);
  }

  /**
   * Logs in: the token is kept, and sent from now on. A session that the connection had before is forgotten and goes on at the server.
   *
   * @throws SecondFactorRequired if the user has one
   * @throws Unauthorized if the password is wrong
   * @throws NotFound if there is no such user
   */
  login(credentials: Credentials, options: CallOptions = {}): Promise<LoggedIn> {
    return withSecondFactor(credentials, options, (body, given) =>
      this.#routes.begin("post", "/api/login", { ...given, authentication: "none", body, shape: SESSION }),
    );
  }

  /** Shows the user who is logged in. */
  me(options: CallOptions = {}): Promise<Me> {
    return this.#routes.call("get", "/api/me", { ...options, shape: ME });
  }

  /**
   * Asks whether there is a new token, and returns the token to use from now on. Of all pages that share the store and call this at once, one
   * asks.
   */
  refresh(options: CallOptions = {}): Promise<string> {
    return this.#connection.refresh(this.#routes.request("get", "/api/me", { ...options, shape: ME }));
  }
}
