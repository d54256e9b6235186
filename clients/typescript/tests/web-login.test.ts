import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Connection } from "azuma-client";
import { Azuma } from "azuma-client/azuma";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { StaticServer, startBrowser, tab } from "./world/browser.js";
import { neo } from "./world/people.js";
import { Server } from "./world/server.js";
import { code } from "./world/totp.js";

let pages: StaticServer;
let server: Server;
let browser: Browser;
before(async () => {
  pages = await StaticServer.of({ "/": "../.." });
  server = await Server.start({ "http.cors.origins": pages.origin });
  pages.edit = (text) => text.replace("http://127.0.0.1:8080", server.url);
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

function open(context: BrowserContext): Promise<Page> {
  return tab(context, `${pages.origin}/examples/web-login/`);
}

async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("Name or e-mail address").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

test("somebody logs in, reloads the page, and logs out in all tabs", async () => {
  await new Azuma(new Connection(server.url)).register(neo);
  const context = await browser.newContext();
  const [page, other] = [await open(context), await open(context)];
  await logIn(page, neo.name, "wrong");
  await page.getByText("This name and password do not match.").waitFor();
  await logIn(page, neo.name, neo.password);
  for (const each of [page, other]) {
    await each.getByRole("heading", { name: "Logged in as neo" }).waitFor();
  }
  await page.reload();
  await page.getByRole("heading", { name: "Logged in as neo" }).waitFor();
  await other.getByRole("button", { name: "Log out" }).click();
  for (const each of [page, other]) {
    await each.getByRole("heading", { name: "Log in" }).waitFor();
  }
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await context.close();
});

test("somebody with a second factor gives a code", async () => {
  const azuma = new Azuma(new Connection(server.url));
  await azuma.register({ ...neo, name: "careful", email: "careful@example.org" });
  const { secret } = await azuma.beginFactor();
  await azuma.confirmFactor(code(secret, -1));
  const context = await browser.newContext();
  const page = await open(context);
  await logIn(page, "careful", neo.password);
  for (const [attempt, told] of [["000000", "This code is wrong or was used."], [code(secret), "Logged in as careful"]]) {
    await page.getByLabel("Code of your app").fill(attempt ?? "");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(told ?? "").waitFor();
  }
  await context.close();
});
