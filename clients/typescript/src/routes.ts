import type { Connection } from "./connection.js";
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

  /** The request that calls an operation. */
  request<M extends Method, P extends PathWith<Paths, M>>(
    method: M,
    path: P,
    parts: Parts<Operation<Paths, M, P>>,
  ): ApiRequest {
    const { authentication = this.#authentication, path: segments = {}, query, shape, ...rest } = parts;
    let filled: string = path;
    for (const [name, value] of Object.entries(segments)) {
      filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)));
    }
    return { method, path: filled, authentication, query: query as ApiRequest["query"], shape: shape as ApiRequest["shape"], ...rest };
  }
}
