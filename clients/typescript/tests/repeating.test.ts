import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import * as everything from "azuma-client";
import {
  Connection,
  Forbidden,
  MalformedId,
  MemoryTokenStore,
  TimedOut,
  TooManyRequests,
  Unavailable,
  UnexpectedAnswer,
  Unreachable,
} from "azuma-client";
import { Account } from "azuma-client/account";
import { Azuma } from "azuma-client/azuma";
import { expectInstance, neo, rejection } from "./world/people.js";
import { Proxy } from "./world/proxy.js";
import { Server } from "./world/server.js";

let server: Server;
let proxy: Proxy;
let azuma: Azuma;
before(async () => {
  server = await Server.start();
  proxy = await Proxy.before(server.url);
  azuma = new Azuma(new Connection(proxy.url));
  await azuma.register(neo);
});
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  proxy.requests.length = 0;
  proxy.course = () => "pass";
});

test("a GET that was answered 503 or not at all is sent again", async () => {
  proxy.course = (_, count) => (count === 1 ? "cut" : count === 2 ? { status: 503, retryAfter: 1 } : "pass");
  assert.equal((await azuma.self()).name, "neo");
  assert.equal(proxy.count("GET /user/self"), 3);
});

test("a query is sent where URLSearchParams has no size", async () => {
  const size = Object.getOwnPropertyDescriptor(URLSearchParams.prototype, "size") ?? {};
  Reflect.deleteProperty(URLSearchParams.prototype, "size");
  try {
    await azuma.events({ limit: 1 });
  } finally {
    Object.defineProperty(URLSearchParams.prototype, "size", size);
  }
  assert.deepEqual(proxy.requests, ["GET /user/events?limit=1"]);
});

test("a GET is sent three times at most", async () => {
  proxy.course = () => "cut";
  expectInstance(await rejection(azuma.self()), Unreachable);
  assert.equal(proxy.count("GET /user/self"), 3);
});

test("what may have changed something is sent once", async () => {
  for (const course of ["cut", { status: 503, retryAfter: 1 }] as const) {
    proxy.course = () => course;
    const error = await rejection(azuma.login(neo));
    expectInstance(error, course === "cut" ? Unreachable : Unavailable);
    assert.equal(proxy.requests.length, 1);
    proxy.requests.length = 0;
  }
});

test("a refusal that asks for a longer wait than the call may take is told at once", async () => {
  await using guarded = await Server.start({ "abuse.enabled": "true" });
  const guess = new Azuma(new Connection(guarded.url, { timeout: 1_000 }));
  await guess.register(neo);
  let refused: unknown;
  for (let tries = 0; tries < 80 && !(refused instanceof TooManyRequests); tries += 1) {
    refused = await rejection(guess.login({ name: neo.name, password: "wrong" }));
  }
  expectInstance(refused, TooManyRequests);
  assert.equal(refused.status, 429);
  assert.ok((refused.retryAfter ?? 0) >= 1);
});

test("a login that came too often is sent again after the wait", async () => {
  proxy.course = (_, count) => (count === 1 ? { status: 429, retryAfter: 1 } : "pass");
  await azuma.login(neo);
  assert.equal(proxy.count("POST /user/login"), 2);
});

test("403 with Retry-After says that it came too often in account alone", async () => {
  const said = { status: 403, retryAfter: 1, body: '{"message": "FORBIDDEN"}' };
  proxy.course = () => said;
  expectInstance(await rejection(azuma.login(neo)), Forbidden);
  assert.equal(proxy.requests.length, 1);
  const account = new Account(new Connection(proxy.url, { attempts: 2 }));
  expectInstance(await rejection(account.authenticate({ username: neo.name, password: neo.password })), TooManyRequests);
  assert.equal(proxy.count("POST /account/authenticate"), 2);
});

test("a call ends after its time, while it waits for an answer and between two", async () => {
  proxy.course = () => "hang";
  expectInstance(await rejection(azuma.self({ timeout: 100 })), TimedOut);
  proxy.course = () => ({ status: 503, retryAfter: 60 });
  expectInstance(await rejection(azuma.self({ timeout: 100 })), Unavailable);
});

test("a login ends after its time as well while others change what is stored", async () => {
  const store = new MemoryTokenStore();
  void store.inTurn("change", () => new Promise(() => {}), new AbortController().signal);
  const waiting = new Azuma(new Connection(proxy.url, { store, timeout: 500 }));
  expectInstance(await rejection(waiting.login(neo)), TimedOut);
  assert.equal(proxy.count("POST /user/login"), 1);
});

test("a call ends with the signal of its caller, and rejects with its reason", async () => {
  proxy.course = () => "hang";
  const ending = new AbortController();
  const call = rejection(azuma.self({ signal: ending.signal }));
  ending.abort("closed");
  assert.equal(await call, "closed");
  assert.equal(await rejection(azuma.self({ signal: ending.signal })), "closed");
});

test("a time that nobody can count and no attempt at all are refused, and nothing is sent", async () => {
  for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expectInstance(await rejection(azuma.self({ timeout })), RangeError);
  }
  assert.throws(() => new Connection(proxy.url, { attempts: 0 }), RangeError);
  assert.deepEqual(proxy.requests, []);
});

test("a URL that no path can follow is refused when it is given, and the error does not show it", () => {
  const { host } = new URL(proxy.url);
  const others = ["", "SECRET", "SECRET:9201", "ftp://SECRET", `http://me:SECRET@${host}`, `http://SECRET@${host}`];
  for (const text of [...others, `${proxy.url}/#SECRET`, `${proxy.url}/?SECRET=1`, `${proxy.url}/#`, `${proxy.url}/?`]) {
    assert.throws(
      () => new Connection(text),
      (error) => error instanceof TypeError && !/secret/i.test(inspect(error)),
    );
  }
  assert.deepEqual(proxy.requests, []);
});

test("a path before the routes, and slashes at its end, belong to the URL", async () => {
  proxy.course = () => ({ status: 200, body: '{"name": "neo", "version": "1"}' });
  await new Azuma(new Connection(new URL(`${proxy.url}/accounts//`))).instance();
  assert.deepEqual(proxy.requests, ["GET /accounts/"]);
});

test("an id that is none is refused, and leads to no other route", async () => {
  for (const id of ["..", ".", "self", "", "sessions", "..%2f..", "00000000-0000-4000-8000-00000000000", "../user/self"]) {
    expectInstance(await rejection(azuma.user(id)), MalformedId);
    expectInstance(await rejection(azuma.revokeSession(id)), MalformedId);
  }
  assert.deepEqual(proxy.requests, []);
});

test("an answer is read up to 4 MiB", async () => {
  const most = 4 * 1024 * 1024;
  proxy.course = (_, count) => ({ status: 200, body: '{"sessions": []}'.padEnd(count === 1 ? most : most + 1) });
  assert.deepEqual(await azuma.sessions(), []);
  expectInstance(await rejection(azuma.sessions()), UnexpectedAnswer);
  assert.equal(proxy.requests.length, 2);
});

test("a redirect is not followed, and none of the server's answers", async () => {
  proxy.course = () => ({ status: 302, headers: { location: `${proxy.url}/elsewhere` } });
  const error = await rejection(azuma.self());
  expectInstance(error, UnexpectedAnswer);
  assert.equal(error.status, 302);
  assert.deepEqual(proxy.requests, ["GET /user/self"]);
});

test("what is no token replaces none", async () => {
  const connection = new Connection(proxy.url);
  const other = new Azuma(connection);
  await other.login(neo);
  const token = await connection.session.token();
  for (const text of ["", "two words", "\u00e9", "one, another"]) {
    proxy.course = () => ({ status: 200, headers: { "azuma-session": text }, body: '{"sessions": []}' });
    await other.sessions();
    assert.equal(await connection.session.token(), token);
  }
});

test("an answer of a proxy is none of the server", async () => {
  proxy.course = () => ({ status: 502, body: "<h1>Bad Gateway</h1>" });
  const error = await rejection(azuma.self());
  expectInstance(error, UnexpectedAnswer);
  assert.deepEqual([error.status, error.code], [502, ""]);
  proxy.course = () => ({ status: 200, body: "<h1>Welcome to this network</h1>" });
  expectInstance(await rejection(azuma.self()), UnexpectedAnswer);
});

test("an answer that lacks what was asked for is none of the server, and changes no session", async () => {
  const connection = new Connection(proxy.url);
  const other = new Azuma(connection);
  await other.login(neo);
  const token = await connection.session.token();
  for (const body of ["{}", "[]", "null", '{"id": 1, "name": null, "token": 7, "sessions": {}}', ""]) {
    proxy.course = () => ({ status: 200, body });
    const calls = [other.self(), other.login(neo), other.register(neo), other.sessions(), other.refresh(), other.instance()];
    for (const refused of await Promise.all(calls.map(rejection))) {
      expectInstance(refused, UnexpectedAnswer);
    }
  }
  assert.equal(await connection.session.token(), token);
});

test("a code for what connection.send was called with rejects with an error of this package", async () => {
  proxy.course = () => ({ status: 403, headers: { "azuma-otp": "required" }, body: '{"message": "FORBIDDEN"}' });
  const error = await rejection(new Connection(proxy.url).send({ method: "post", path: "/user/login", authentication: "none" }));
  expectInstance(error, everything.SecondFactorRequired);
  assert.equal(await rejection(error.withCode("123456")), error);
  assert.equal(proxy.requests.length, 1);
});

test("an error has the name of its class, also where that was renamed", () => {
  const kinds = Object.entries(everything).filter(([, kind]) => kind.prototype instanceof everything.AzumaError);
  assert.equal(kinds.length, 18);
  for (const [name, kind] of kinds) {
    if (kind !== everything.RefusedError) {
      Object.defineProperty(kind, "name", { value: "a" });
      assert.equal(Reflect.get(kind.prototype, "name"), name);
    }
  }
});
