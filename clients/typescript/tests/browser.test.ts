import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Connection } from "azuma-client";
import { Legacy } from "azuma-client/legacy";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { StaticServer, startBrowser, tab } from "./world/browser.js";
import { neo } from "./world/people.js";
import { Proxy } from "./world/proxy.js";
import { ALWAYS_DUE, Server } from "./world/server.js";

let pages: StaticServer;
let server: Server;
let proxy: Proxy;
let browser: Browser;
before(async () => {
  pages = await StaticServer.of({ "/client/": "dist", "/": "tests/pages" });
  server = await Server.start({ ...ALWAYS_DUE, "http.cors.origins": pages.origin, "passwords.require_current": "true" });
  proxy = await Proxy.before(server.url);
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

let people = 0;
/** A browser of its own in which a new user is logged in. */
async function visitor(): Promise<{ context: BrowserContext; page: Page; name: string; token: string | null }> {
  people += 1;
  const name = `visitor-${people}`;
  await new Legacy(new Connection(server.url)).register({ name, password: neo.password });
  const context = await browser.newContext();
  const page = await tab(context, `${pages.origin}/?server=${proxy.url}`);
  await page.evaluate((credentials) => window.client.legacy.login(credentials), { name, password: neo.password });
  const token = await page.evaluate(() => window.client.connection.session.token());
  proxy.requests.length = 0;
  return { context, page, name, token };
}

test("two tabs that refresh at once have the same token, and one asks", async () => {
  const { context, page, token } = await visitor();
  const other = await tab(context, page.url());
  const refresh = (): Promise<string> => window.client.legacy.refresh();
  const [first, second] = await Promise.all([page.evaluate(refresh), other.evaluate(refresh)]);
  assert.equal(first, second);
  assert.notEqual(first, token);
  assert.equal(proxy.count("GET /api/me"), 1);
  await context.close();
});

test("a tab is told of the new token and of the logout of another one", async () => {
  const { context, page } = await visitor();
  const other = await tab(context, page.url());
  await other.evaluate(() => window.client.listen());
  const next = await page.evaluate(() => window.client.legacy.refresh());
  await other.waitForFunction((expected) => window.client.told.at(-1) === expected, next);
  await page.evaluate(() => window.client.azuma.logout());
  await other.waitForFunction(() => window.client.told.at(-1) === null);
  assert.equal(await other.evaluate(() => window.client.nameOf(window.client.azuma.self())), "NotLoggedIn");
  await context.close();
});

test("a page that comes back as it was is told of what it has missed", async () => {
  const { context, page } = await visitor();
  await page.evaluate(() => {
    window.client.listen();
    localStorage.clear();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  await page.waitForFunction(() => window.client.told.at(-1) === null);
  await context.close();
});

test("a page of another origin reads the session, the ids of requests and what a 401 means", async () => {
  const { context, page, name } = await visitor();
  assert.equal((await page.evaluate(() => window.client.azuma.self())).name, name);
  const refused = page.evaluate(() => window.client.requestIdOf(window.client.azuma.user("00000000-0000-4000-8000-000000000000")));
  assert.match(await refused, /^[0-9a-f]{16}$/);

  const wrong = page.evaluate(() => window.client.nameOf(window.client.account.delete({ current_password: "wrong" })));
  assert.equal(await wrong, "Unauthorized");
  assert.notEqual(await page.evaluate(() => window.client.connection.session.token()), null);

  await page.evaluate(() => window.client.connection.session.adopt("00000000-0000-4000-8000-000000000000"));
  assert.equal(await page.evaluate(() => window.client.nameOf(window.client.azuma.self())), "Unauthorized");
  assert.equal(await page.evaluate(() => window.client.connection.session.token()), null);
  await context.close();
});

test("a page of an origin that the server does not list reaches nothing", async () => {
  await using elsewhere = await StaticServer.of({ "/client/": "dist", "/": "tests/pages" });
  const context = await browser.newContext();
  const page = await tab(context, `${elsewhere.origin}/?server=${proxy.url}`);
  const login = page.evaluate(() => window.client.nameOf(window.client.azuma.login({ name: "neo", password: "neo" })));
  assert.equal(await login, "Unreachable");
  await context.close();
});
