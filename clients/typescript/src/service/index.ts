/**
 * The API for services, under `/service`: whose a token is, and what has ended or changed since. A service, such as a chat server, has a token of its
 * own (`azuma service create`).
 *
 * @packageDocumentation
 */
import type { Connection } from "../connection.js";
import type { components, paths } from "../openapi/service.js";
import type { CallOptions } from "../request.js";
import { Routes } from "../routes.js";
import { wellFormed } from "../token.js";
import { type ChangesAnswer, type FollowOptions, follow } from "./follow.js";

export type { Change, ChangesAnswer, FollowOptions } from "./follow.js";

type Schemas = components["schemas"];

/** Whether a question is a use of the session, which moves what slides, or a look that changes nothing. */
export type Look = "use" | "peek";

/** A live session of a user. */
export interface CheckedSession {
  readonly user: Schemas["NamedUser"];
  /** The id of the session. */
  readonly session: string;
  /** When the token expires, after this use. */
  readonly expiresAt: Date;
}

/** What is said of some tokens. */
export interface Checked {
  /** The answers are at least as new as this place in the history of changes. */
  readonly position: string;
  /** When the server answered, by its clock, to the second: how long a token has left is `expiresAt` less this. `null` where it does not say so. */
  readonly answeredAt: Date | null;
  /** The session of each token, in their order; `null` where the token is not live. */
  readonly sessions: readonly (CheckedSession | null)[];
}

/** What RFC 7662 says of a token. */
export type Introspection = Schemas["IntrospectResponse"];
/** A user as everybody may see it. */
export type User = Schemas["UserResponse"];

/** The calls of a service. Each rejects with an `AzumaError` as the package describes. They do not touch the session of the connection. */
export class Service {
  readonly #connection: Connection;
  readonly #bearer: string;
  readonly #routes: Routes<paths>;

  /**
   * @param token the token of the service, `azs_…`; white space around it does not count
   * @throws MalformedToken
   */
  constructor(connection: Connection, token: string) {
    this.#connection = connection;
    this.#bearer = wellFormed(token);
    this.#routes = new Routes(connection, { bearer: this.#bearer });
  }

  /**
   * Tells whose 1 to 1,000 tokens are. What cannot be a token is not sent, and is not live. A check that is sent a second time is another use,
   * and harmless.
   */
  async check(tokens: readonly string[], look: Look = "use", options: CallOptions = {}): Promise<Checked> {
    const body = { tokens: tokens.map((token) => (mayBeToken(token) ? token : NO_TOKEN)), peek: look === "peek" };
    const parts = { ...options, body, repeated: "changes nothing", shape: { position: "text", answers: "list" } } as const;
    const answer = await this.#connection.answer(this.#routes.request("post", "/service/check", parts));
    const { position, answers } = answer.accepted(parts.shape) as Schemas["CheckResponse"];
    if (answers.length !== tokens.length) {
      throw answer.unexpected("it answers more or fewer tokens than it was asked");
    }
    return { position, answeredAt: answer.date, sessions: answers.map(session) };
  }

  /** Tells whose one token is, in the words of RFC 7662. */
  async introspect(token: string, look: Look = "use", options: CallOptions = {}): Promise<Introspection> {
    const answer = await this.#connection.send({
      ...options,
      method: "post",
      path: "/service/introspect",
      body: new URLSearchParams({ token, peek: String(look === "peek") }),
      authentication: { bearer: this.#bearer },
      repeated: "changes nothing",
      shape: { active: "boolean" },
    });
    return answer as Introspection;
  }

  /**
   * Follows the history of what has ended or changed, for as long as it is iterated over: each answer is one step, also one without changes, so a
   * caller that remembers sessions knows how old its knowledge is by `age`, which does not grow
   * younger while there are changes to read. Whatever else comes, such as no answer or that of a proxy, it waits and asks again from where it was.
   *
   * @throws Unauthorized once the service has been revoked
   * @throws BadRequest if `after` is no place
   */
  changes(options: FollowOptions = {}): AsyncGenerator<ChangesAnswer, never, undefined> {
    return follow(this.#routes, options);
  }

  /** Shows those of 1 to 100 users that there are, in any order. */
  async users(ids: readonly string[], options: CallOptions = {}): Promise<User[]> {
    return (await this.#routes.call("get", "/service/users", { ...options, query: { ids: ids.join(",") }, shape: { users: "list" } })).users;
  }
}

/** Asked for in place of what cannot be a token. The server has no such token, and answers in its place. */
const NO_TOKEN = "-";

/** Whether a text may be a token. Another one could make a question too long or malformed, which is then refused for all its tokens. */
function mayBeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(text);
}

function session({ live, user, session, expires_at }: Schemas["CheckedToken"]): CheckedSession | null {
  const isWhole = live && user != null && session != null && expires_at != null;
  return isWhole ? { user, session, expiresAt: new Date(expires_at) } : null;
}
