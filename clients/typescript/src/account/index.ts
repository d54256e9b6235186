/**
 * The API of accounts whose address is verified, under `/account`.
 *
 * @packageDocumentation
 */
import type { Connection } from "../connection.js";
import type { components, paths } from "../openapi/account.js";
import type { CallOptions } from "../request.js";
import { Routes } from "../routes.js";
import { withSecondFactor } from "../second-factor.js";

type Schemas = components["schemas"];

/** An account to be. */
export type Registration = Schemas["RegisterRequest"];
/** A name, or a proved e-mail address in its place, and a password. */
export type Credentials = Schemas["AuthenticateRequest"];
/** The token of a new session. */
export type LoggedIn = Schemas["TokenResponse"];
/** The token of a mailed link, and the password to set. */
export type Reset = Schemas["ResetRequest"];
/** The current password, where the server asks for it (`passwords.require_current`). */
export type CurrentPassword = Schemas["CurrentPassword"];
/** A live token of the account, and when it expires. */
export interface LiveToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** The calls of the accounts' API. Each rejects with an `AzumaError` as the package describes. */
export class Account {
  readonly #connection: Connection;
  readonly #routes: Routes<paths>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#routes = new Routes(connection, "bearer");
  }

  /**
   * Requests an account. It is one once the link that is mailed to the address has been followed.
   *
   * @throws AlreadyExists whose `conflict` is `username` or `email`
   */
  async register(registration: Registration, options: CallOptions = {}): Promise<void> {
    await this.#routes.call("post", "/account/register", { ...options, authentication: "none", body: registration });
  }

  /** Verifies the address with the token of the mailed link. */
  async verify(token: string, options: CallOptions = {}): Promise<void> {
    await this.#routes.call("post", "/account/verify", { ...options, authentication: "none", body: { token } });
  }

  /**
   * Logs in: the token is kept, and sent from now on. A session that the connection had before is forgotten and goes on at the server.
   *
   * @throws SecondFactorRequired if the user has one
   * @throws NotVerified if the address has not been verified yet
   * @throws Unauthorized if the password is wrong
   * @throws NotFound if there is no such user
   */
  authenticate(credentials: Credentials, options: CallOptions = {}): Promise<LoggedIn> {
    return withSecondFactor(credentials, options, (body, given) =>
      this.#routes.begin("post", "/account/authenticate", { ...given, authentication: "none", body, shape: { token: "text" } }),
    );
  }

  /** Deletes the account, all sessions included, and forgets the token. */
  async delete(proof: CurrentPassword = {}, options: CallOptions = {}): Promise<void> {
    await this.#connection.end(this.#routes.request("delete", "/account/delete", { ...options, body: proof }));
  }

  /** Lists the live tokens of the account, with the real tokens. */
  async tokens(options: CallOptions = {}): Promise<LiveToken[]> {
    const { tokens } = await this.#routes.call("get", "/account/tokens", { ...options, shape: { tokens: "list" } });
    // The document says only that a pair holds texts and numbers.
    return (tokens as [string, number][]).map(([token, seconds]) => ({ token, expiresAt: new Date(seconds * 1000) }));
  }

  /** Ends the session of a token of this account. */
  async deleteToken(token: string, options: CallOptions = {}): Promise<void> {
    const request = this.#routes.request("delete", "/account/tokens", { ...options, body: { token } });
    const isOwn = token === (await this.#connection.session.token());
    await (isOwn ? this.#connection.end(request) : this.#connection.send(request));
  }

  /** Has a link mailed to the address that sets a new password, if somebody has the address. */
  async recover(email: string, options: CallOptions = {}): Promise<void> {
    await this.#routes.call("post", "/account/recover", { ...options, authentication: "none", body: { email } });
  }

  /** Sets a new password with the token of the mailed link. Every session of the account ends. */
  async reset(reset: Reset, options: CallOptions = {}): Promise<void> {
    await this.#routes.call("post", "/account/reset", { ...options, authentication: "none", body: reset });
  }
}
