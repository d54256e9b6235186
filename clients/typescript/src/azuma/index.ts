/**
 * The current API, under `/`, `/users` and `/user`.
 *
 * @packageDocumentation
 */
import type { Connection } from "../connection.js";
import { Unauthorized } from "../errors.js";
import type { components, paths } from "../openapi/azuma.js";
import type { CallOptions } from "../request.js";
import { Routes } from "../routes.js";
import { withSecondFactor } from "../second-factor.js";

type Schemas = components["schemas"];

/** Who answers: its name and its version. */
export type Instance = Schemas["Index"];
/** An account to be. */
export type Registration = Schemas["RegisterRequest"];
/** A name, or a proved e-mail address in its place, and a password. */
export type Credentials = Schemas["LoginRequest"];
/** The token of a new session; `null` if the account waits until its address is verified. */
export type Registered = { token: string | null };
/** The token of a new session. */
export type LoggedIn = Schemas["TokenResponse"];
/** A user, as that user sees it. */
export type Self = Schemas["SelfResponse"];
/** A user, as others see it. */
export type User = Schemas["UserResponse"];
/** What changes; what is left out stays. `null` clears `icon` and `status`. */
export type Update = Schemas["UpdateRequest"];
/** What an update answers. */
export type Updated = Schemas["UpdatedResponse"];
/** A live session of the user. */
export type SessionItem = Schemas["SessionItem"];
/** What happened to the account. */
export type EventItem = Schemas["EventItem"];
/** A page of events, the newest first; `next` begins the page after it, if it is not `null`. */
export type Events = Schemas["EventsResponse"];
/** Whether logins need a code, and how many recovery codes are left. */
export type Factor = Schemas["FactorResponse"];
/** What an app needs: a secret in base 32, and a URL for a QR code. */
export type FactorSetUp = Schemas["FactorSetUp"];
/** The current password, where the server asks for it (`passwords.require_current`). */
export type CurrentPassword = Schemas["CurrentPassword"];
/** A code of the second factor. */
export type Code = Schemas["CodeRequest"];

/** What each answer about a user has. */
const USER = { id: "text", name: "text", created_at: "text" } as const;

/** The calls of the current API. Each rejects with an `AzumaError` as the package describes. */
export class Azuma {
  readonly #connection: Connection;
  readonly #routes: Routes<paths>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#routes = new Routes(connection, "bearer");
  }

  /** Names the instance and the software. */
  instance(options: CallOptions = {}): Promise<Instance> {
    return this.#routes.call("get", "/", { ...options, authentication: "none", shape: { name: "text", version: "text" } });
  }

  /**
   * Registers a user and logs in. If the account has to wait until its address is verified, the token is `null` and nobody is logged in.
   *
   * @throws AlreadyExists if the name or the address is taken
   */
  async register(registration: Registration, options: CallOptions = {}): Promise<Registered> {
    const parts = { ...options, authentication: "none", body: registration, shape: { token: "text or null" } } as const;
    const { token = null } = await this.#routes.begin("post", "/users", parts);
    return { token };
  }

  /**
   * Logs in: the token is kept, and sent from now on. A session that the connection had before is forgotten and goes on at the server.
   *
   * @throws SecondFactorRequired if the user has one
   * @throws Forbidden if the password is wrong or the account is disabled
   * @throws NotFound if there is no such user
   */
  login(credentials: Credentials, options: CallOptions = {}): Promise<LoggedIn> {
    return withSecondFactor(credentials, options, (body, given) =>
      this.#routes.begin("post", "/user/login", { ...given, authentication: "none", body, shape: { token: "text" } }),
    );
  }

  /** Ends this session and forgets its token. It also resolves if the session had ended before. */
  async logout(options: CallOptions = {}): Promise<void> {
    await this.#end({}, options);
  }

  /** Ends all sessions of the user, as `logout` does with this one. */
  async logoutEverywhere(options: CallOptions = {}): Promise<void> {
    await this.#end({ everywhere: true }, options);
  }

  /**
   * Uses the session, asks whether there is a new token, and returns the token to use from now on. Of all pages that share the store and call
   * this at once, one asks.
   */
  refresh(options: CallOptions = {}): Promise<string> {
    return this.#connection.refresh(this.#routes.request("get", "/user/self", { ...options, shape: USER }));
  }

  /** Shows the user who is logged in. */
  self(options: CallOptions = {}): Promise<Self> {
    return this.#routes.call("get", "/user/self", { ...options, shape: USER });
  }

  /**
   * Shows a user.
   *
   * @throws MalformedId if the id is no UUID
   */
  user(id: string, options: CallOptions = {}): Promise<User> {
    return this.#routes.call("get", "/user/{id}", { ...options, path: { id }, shape: USER });
  }

  /**
   * Changes the user: all fields, or none. A new password ends every other session. A new address holds once its owner has confirmed it.
   *
   * @throws SecondFactorRequired if the user has one and the password or the address changes
   * @throws AlreadyExists if the name or the address is taken
   */
  update(update: Update, options: CallOptions = {}): Promise<Updated> {
    return withSecondFactor(update, options, (body, given) =>
      this.#routes.call("patch", "/user/update", { ...given, body, shape: USER }),
    );
  }

  /** Deletes the user, all sessions included, and forgets the token. */
  async deleteSelf(proof: CurrentPassword = {}, options: CallOptions = {}): Promise<void> {
    await this.#connection.end(this.#routes.request("delete", "/user/self", { ...options, body: proof }));
  }

  /** Lists the live sessions of the user, the newest first. */
  async sessions(options: CallOptions = {}): Promise<SessionItem[]> {
    return (await this.#routes.call("get", "/user/sessions", { ...options, shape: { sessions: "list" } })).sessions;
  }

  /**
   * Ends a session of the user.
   *
   * @throws MalformedId if the id is no UUID
   */
  async revokeSession(id: string, options: CallOptions = {}): Promise<void> {
    await this.#routes.call("delete", "/user/sessions/{id}", { ...options, path: { id } });
  }

  /** Lists what happened to the account, a page of at most `limit` (1 to 100) events, from `before` on. */
  events(page: { before?: string; limit?: number } = {}, options: CallOptions = {}): Promise<Events> {
    return this.#routes.call("get", "/user/events", { ...options, query: page, shape: { events: "list" } });
  }

  /** Tells whether logins need a code. */
  factor(options: CallOptions = {}): Promise<Factor> {
    return this.#routes.call("get", "/user/factors/totp", { ...options, shape: { enabled: "boolean", recovery_codes: "number" } });
  }

  /** Begins to set up an authenticator app. Logins need no code yet. */
  beginFactor(proof: CurrentPassword = {}, options: CallOptions = {}): Promise<FactorSetUp> {
    return this.#routes.call("post", "/user/factors/totp", { ...options, body: proof, shape: { secret: "text", url: "text" } });
  }

  /** Enables the second factor with a first code of the app. The recovery codes are shown this once. */
  async confirmFactor(otp: string, options: CallOptions = {}): Promise<string[]> {
    const parts = { ...options, body: { otp }, shape: { recovery_codes: "list" } } as const;
    return (await this.#routes.call("post", "/user/factors/totp/confirm", parts)).recovery_codes;
  }

  /**
   * Removes the second factor.
   *
   * @throws SecondFactorRequired unless a code is given
   */
  async removeFactor(code: Code = {}, options: CallOptions = {}): Promise<void> {
    await withSecondFactor(code, options, (body, given) =>
      this.#routes.call("delete", "/user/factors/totp", { ...given, body }),
    );
  }

  async #end(query: { everywhere?: boolean }, options: CallOptions): Promise<void> {
    try {
      await this.#connection.end(this.#routes.request("post", "/user/logout", { ...options, query }));
    } catch (error) {
      if (!(error instanceof Unauthorized)) {
        throw error;
      }
    }
  }
}
