import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, MemoryTokenStore, NotLoggedIn, Unauthorized } from "azuma-client";
import { Azuma } from "azuma-client/azuma";
import { Legacy } from "azuma-client/legacy";
import { expectInstance, neo, rejection } from "./world/people.js";
import { Proxy } from "./world/proxy.js";
import { ALWAYS_DUE, Server } from "./world/server.js";
import { InterruptedStore } from "./world/store.js";

let server: Server;
let proxy: Proxy;
before(async () => {
  server = await Server.start({ ...ALWAYS_DUE, "sessions.rotating.grace": "0s" });
  proxy = await Proxy.before(server.url);
});
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

let people = 0;
/** A new user, logged in by the API whose tokens are replaced. */
async function registered(
  store = new MemoryTokenStore(),
): Promise<{ connection: Connection; legacy: Legacy; store: MemoryTokenStore; token: string }> {
  const connection = new Connection(proxy.url, { store });
  const legacy = new Legacy(connection);
  people += 1;
  const { token } = await legacy.register({ name: `neo-${people}`, password: neo.password });
  proxy.requests.length = 0;
  return { connection, legacy, store, token: token ?? "" };
}

test("a session outlives its tokens", async () => {
  await using short = await Server.start({ "sessions.rotating.lifetime": "2s", "sessions.rotating.renew_within": "2s" });
  const connection = new Connection(short.url);
  const legacy = new Legacy(connection);
  const { token: first } = await legacy.register({ name: "neo", password: neo.password });
  const seen = new Set<string | null>();
  for (const started = Date.now(); Date.now() - started < 3_000; await sleep(200)) {
    assert.equal((await legacy.me()).name, "neo");
    seen.add(await connection.session.token());
  }
  assert.ok(seen.size >= 2, "the token was replaced again and again");
  await connection.session.adopt(first ?? "");
  expectInstance(await rejection(legacy.me()), Unauthorized);
});

test("the token that an answer carries replaces the one that was sent, and is told", async () => {
  const { connection, legacy, token } = await registered();
  const told: (string | null)[] = [];
  const end = connection.session.subscribe((next) => told.push(next));
  await legacy.me();
  const next = await connection.session.token();
  assert.notEqual(next, token);
  await new Promise(setImmediate);
  end();
  assert.deepEqual(told, [next]);
  assert.equal((await new Azuma(connection).self()).name, `neo-${people}`);
});

test("a store that cannot be read for a moment ends nothing, and the next write is told", async () => {
  const store = new InterruptedStore();
  const { session } = new Connection(proxy.url, { store });
  const told: (string | null)[] = [];
  const fail = async (): Promise<void> => {
    throw new Error("the store is away");
  };
  store.onNextRead = fail;
  const end = session.subscribe((next) => told.push(next));
  await new Promise(setImmediate);
  store.onNextRead = fail;
  await session.adopt("first");
  await new Promise(setImmediate);
  assert.deepEqual(told, []);
  await session.adopt("second");
  await new Promise(setImmediate);
  end();
  assert.deepEqual(told, ["second"]);
});

test("an answer that comes late replaces no newer token and revives no ended session", async () => {
  const { connection, store, legacy, token } = await registered();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = new Connection(proxy.url, {
    store,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      await held;
      return response;
    },
  });
  const late = [new Legacy(slow).me(), new Legacy(slow).me()];
  while (proxy.count("GET /api/me") < 2) {
    await sleep(5);
  }
  await legacy.me();
  await legacy.me();
  const newest = await connection.session.token();
  assert.notEqual(newest, token);
  release();
  await Promise.all(late);
  assert.equal(await connection.session.token(), newest);

  const after = new Legacy(new Connection(proxy.url, { store, fetch: forgetting(connection) }));
  await after.me();
  assert.equal(await connection.session.token(), null);
});

test("a new token that is being kept undoes neither a login nor a forgetting that come between", async () => {
  const other = await registered();
  const adopt = async ({ session }: Connection): Promise<void> => session.adopt(other.token);
  const forget = async ({ session }: Connection): Promise<void> => session.forget();
  for (const [act, expected] of [[adopt, other.token], [forget, null]] as const) {
    const store = new InterruptedStore();
    const { connection } = await registered(store);
    let acting: Promise<void> | undefined;
    const between = async (): Promise<void> => {
      acting = act(connection);
      await sleep(10);
    };
    const answered: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      store.onNextRead = between;
      return response;
    };
    await new Legacy(new Connection(proxy.url, { store, fetch: answered })).me();
    await acting;
    assert.equal(await connection.session.token(), expected);
  }
});

test("a request whose token was replaced meanwhile is repeated with the new one", async () => {
  const { store, token } = await registered();
  const stale = new Legacy(new Connection(proxy.url, { store, fetch: afterwards(() => replaceTwice(store, token)) }));
  assert.equal((await stale.me()).name, `neo-${people}`);
});

test("a request that was refused is not repeated with the token of another login", async () => {
  const { store, token } = await registered();
  const other = await registered();
  const elsewhere = new Connection(server.url);
  await elsewhere.session.adopt(token);
  await new Azuma(elsewhere).logout();
  const login = async (): Promise<void> => new Connection(proxy.url, { store }).session.adopt(other.token);
  const stale = new Legacy(new Connection(proxy.url, { store, fetch: afterwards(login) }));
  expectInstance(await rejection(stale.me()), Unauthorized);
  assert.equal((await store.read())?.token, other.token);
});

test("of many refreshes at once one asks, and all have the same token", async () => {
  const { connection, legacy, store, token } = await registered();
  const others = [1, 2, 3].map(() => new Legacy(new Connection(proxy.url, { store })));
  const tokens = await Promise.all([legacy, legacy, ...others].map((each) => each.refresh()));
  const next = await connection.session.token();
  assert.notEqual(next, token);
  assert.deepEqual(new Set(tokens), new Set([next]));
  assert.equal(proxy.count("GET /api/me"), 1);
});

test("of many refreshes of a token that is not due one asks as well", async () => {
  const { connection } = await registered();
  const azuma = new Azuma(connection);
  const tokens = await Promise.all([azuma.refresh(), azuma.refresh(), azuma.refresh()]);
  assert.deepEqual(new Set(tokens), new Set([await connection.session.token()]));
  assert.equal(proxy.count("GET /user/self"), 1);
  await azuma.refresh();
  assert.equal(proxy.count("GET /user/self"), 2);
});

test("a refresh after the session has ended forgets the token for all who wait", async () => {
  const { connection, legacy, token } = await registered();
  const elsewhere = new Connection(server.url);
  await elsewhere.session.adopt(token);
  await new Azuma(elsewhere).logout();
  const [first, second] = await Promise.all([rejection(legacy.refresh()), rejection(legacy.refresh())]);
  expectInstance(first, Unauthorized);
  expectInstance(second, NotLoggedIn);
  assert.equal(await connection.session.token(), null);
});

/** A `fetch` that does something after the request was prepared and before it is sent. */
function afterwards(work: () => Promise<void>): typeof fetch {
  let done = false;
  return async (input, init) => {
    if (!done) {
      done = true;
      await work();
    }
    return fetch(input, init);
  };
}

/** A `fetch` during which the session is forgotten, as by a logout in another page. */
function forgetting(connection: Connection): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    await connection.session.forget();
    return response;
  };
}

/** Has the token replaced and its successor used, after which the server refuses it. */
async function replaceTwice(store: MemoryTokenStore, token: string): Promise<void> {
  const legacy = new Legacy(new Connection(proxy.url, { store }));
  await legacy.me();
  await legacy.me();
  assert.notEqual((await store.read())?.token, token);
}
