import type { Connection } from "./connection.js";
import { MalformedId } from "./errors.js";
import type { ApiRequest, Authentication, CallOptions, Method } from "./request.js";
import type { Kind } from "./shape.js";

/** The paths of a document that have the method. */
type PathWith<Paths, M extends Method> = {
  [P in keyof Paths]: Paths[P] extends { [K in M]: { responses: object } } ? P : never;
}[keyof Paths] &
  string;

type Operation<Paths, M extends Method, P extends keyof Paths> = Paths[P] extends { [K in M]: infer O } ? O : never;

type Json<T> = T extends { content: { "application/json": infer B } } ? B : undefined;

/** The body of a success, as the document says. */
export type Success<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Json<R[S]> : never }[keyof R]
  : never;

/** The body of the request, as the document says. */
type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined;

type Parameters<O, In extends "path" | "query"> = O extends { parameters: { [K in In]?: infer V } }
  ? NonNullable<V>
  : never;

/** What an operation is called with. */
interface Parts<O> extends CallOptions {
  readonly authentication?: Authentication;
  readonly repeated?: ApiRequest["repeated"];
  readonly path?: Parameters<O, "path">;
  readonly query?: Parameters<O, "query">;
  readonly body?: Body<O>;
  readonly shape?: { readonly [F in keyof Success<O> & string]?: Kind };
}

/** What every id in a path is. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The routes of one document of OpenAPI: the compiler refuses a path, a body or a field that is not in it. */
export class Routes<Paths> {
  readonly connection: Connection;
  readonly #authentication: Authentication;

  /** @param authentication that of calls which name none */
  constructor(connection: Connection, authentication: Authentication) {
    this.connection = connection;
    this.#authentication = authentication;
  }

  /** Calls an operation and returns the body of its success. */
  async call<M extends Method, P extends PathWith<Paths, M>>(
    method: M,
    path: P,
    parts: Parts<Operation<Paths, M, P>>,
  ): Promise<Success<Operation<Paths, M, P>>> {
    return (await this.connection.send(this.request(method, path, parts))) as Success<Operation<Paths, M, P>>;
  }

  /** Calls an operation that begins a session, whose token is then kept, and returns the body of its success. */
  async begin<M extends Method, P extends PathWith<Paths, M>>(
    method: M,
    path: P,
    parts: Parts<Operation<Paths, M, P>>,
  ): Promise<Success<Operation<Paths, M, P>>> {
    return (await this.connection.begin(this.request(method, path, parts))) as Success<Operation<Paths, M, P>>;
  }

  /**
   * The request that calls an operation.
   *
   * @throws MalformedId if a part of the path is no id, and could lead to another route
   */
  request<M extends Method, P extends PathWith<Paths, M>>(
    method: M,
    path: P,
    parts: Parts<Operation<Paths, M, P>>,
  ): ApiRequest {
    const { authentication = this.#authentication, path: segments = {}, query, shape, ...rest } = parts;
    let filled: string = path;
    for (const [name, value] of Object.entries(segments)) {
      const id = String(value);
      if (!UUID.test(id)) {
        throw new MalformedId();
      }
      filled = filled.replace(`{${name}}`, id);
    }
    return { method, path: filled, authentication, query: query as ApiRequest["query"], shape: shape as ApiRequest["shape"], ...rest };
  }
}
