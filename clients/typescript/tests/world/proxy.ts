import { once } from "node:events";
import { createServer, type IncomingMessage, request as forward, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a proxy answers by itself. */
interface Said {
  readonly status: number;
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a proxy does with a request: pass it on; or answer it, cut the connection, or leave it without an answer. */
export type Course = "pass" | "cut" | "hang" | Said;

/** A proxy before a server, which counts requests and can refuse them. */
export class Proxy implements AsyncDisposable {
  /** Each request that came, such as `GET /api/me`. */
  readonly requests: string[] = [];
  /** Decides about each request. */
  course: (request: string, count: number) => Course = () => "pass";
  readonly #target: string;
  readonly #server: Server;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async before(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many of such requests came. */
  count(request: string): number {
    return this.requests.filter((seen) => seen === request).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const name = `${request.method} ${request.url}`;
    this.requests.push(name);
    const course = this.course(name, this.count(name));
    if (course === "pass") {
      this.#pass(request, response);
    } else if (course === "cut") {
      request.socket.destroy();
    } else if (course !== "hang") {
      const wait = course.retryAfter === undefined ? {} : { "retry-after": String(course.retryAfter) };
      response.writeHead(course.status, { ...wait, ...course.headers }).end(course.body ?? '{"message": "SERVICE_UNAVAILABLE"}');
    }
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const onward = forward(
      `${this.#target}${request.url}`,
      { method: request.method, headers: request.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }
}
