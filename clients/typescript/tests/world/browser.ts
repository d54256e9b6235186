import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves folders as any static server does, on an origin of its own. */
export class StaticServer implements AsyncDisposable {
  /** What is served instead of a text. */
  edit: (text: string) => string = (text) => text;
  readonly #folders: Readonly<Record<string, string>>;
  readonly #server: Server;

  private constructor(folders: Readonly<Record<string, string>>) {
    this.#folders = folders;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @param folders what is under each path, relative to the package, such as `/client/` */
  static async of(folders: Readonly<Record<string, string>>): Promise<StaticServer> {
    const pages = new StaticServer(folders);
    pages.#server.listen(0, "127.0.0.1");
    await once(pages.#server, "listening");
    return pages;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const prefix = Object.keys(this.#folders).find((folder) => path.startsWith(folder)) ?? "/";
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const file = join(PACKAGE, this.#folders[prefix] ?? "", normalize(name.slice(prefix.length)));
    try {
      const text = this.edit(await readFile(file, "utf8"));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Chromium without a window. */
export async function startBrowser(): Promise<Browser> {
  // Its sandbox does not run as root.
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** A new tab, at a page. */
export async function tab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return page;
}
