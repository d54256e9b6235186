import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { BadRequest, Connection, Unauthorized } from "azuma-client";
import { Azuma } from "azuma-client/azuma";
import { type ChangesAnswer, Service } from "azuma-client/service";
import { expectInstance, neo, rejection } from "./world/people.js";
import { Proxy } from "./world/proxy.js";
import { Server } from "./world/server.js";

let server: Server;
let proxy: Proxy;
before(async () => {
  server = await Server.start();
  proxy = await Proxy.before(server.url);
});
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  proxy.requests.length = 0;
  proxy.course = () => "pass";
});

/** A new service. */
async function service(name: string): Promise<Service> {
  const token = /azs_[\w-]{43}/.exec(await server.run("service", "create", name))?.[0];
  return new Service(new Connection(proxy.url), token ?? "");
}

/** A new user, logged in. */
async function registered(name: string): Promise<{ azuma: Azuma; id: string; token: string }> {
  const connection = new Connection(server.url);
  const azuma = new Azuma(connection);
  await azuma.register({ ...neo, name, email: `${name}@example.org` });
  const { id } = await azuma.self();
  return { azuma, id, token: (await connection.session.token()) ?? "" };
}

test("a service is told whose a token is, and shown users", async () => {
  const chat = await service("chat");
  const { azuma, id, token } = await registered("neo");
  const { sessions } = await chat.check([token, "no token"]);
  assert.equal(sessions[1], null);
  assert.deepEqual(sessions[0]?.user, { id, name: "neo" });
  assert.ok((sessions[0]?.expiresAt.getTime() ?? 0) > Date.now());

  const known = await chat.introspect(token, "peek");
  assert.deepEqual([known.active, known.sub, known.sid], [true, id, sessions[0]?.session]);
  assert.deepEqual(await chat.introspect("no token"), { active: false });

  const [shown] = await chat.users([id, "00000000-0000-4000-8000-000000000000"]);
  assert.deepEqual([shown?.id, shown?.name, shown?.disabled], [id, "neo", false]);
  expectInstance(await rejection(chat.users(["neo"])), BadRequest);

  await azuma.logout();
  assert.deepEqual((await chat.check([token], "peek")).sessions, [null]);
});

/** The first answer that has a change, or says to start over. */
async function news(answers: AsyncGenerator<ChangesAnswer>): Promise<ChangesAnswer> {
  for await (const answer of answers) {
    if (answer.changes.length > 0 || answer.course === "start over") {
      return answer;
    }
  }
  throw new Error("changes end");
}

test("changes are followed over failures of the server, and go on where they were", async () => {
  const chat = await service("follower");
  const { azuma, id, token } = await registered("leaver");
  const { position, sessions } = await chat.check([token]);
  proxy.course = (_, count) => (count <= 4 ? "cut" : count === 5 ? { status: 502, body: "Bad Gateway" } : "pass");
  const told = news(chat.changes({ after: position }));
  await azuma.logout();
  const { changes, course } = await told;
  assert.equal(course, "go on");
  const [ended] = changes;
  assert.deepEqual([ended?.kind, ended?.user, ended?.session], ["session_ended", id, sessions[0]?.session]);
});

test("a place that the server does not know is a reason to start over", async () => {
  const chat = await service("restored");
  const elsewhere = `1-${"7".repeat(32)}`;
  assert.equal((await news(chat.changes({ after: elsewhere }))).course, "start over");
});

test("following ends with the signal of its caller, and once the service is revoked", async () => {
  const chat = await service("ended");
  const ending = new AbortController();
  const answers = chat.changes({ signal: ending.signal });
  const first = await answers.next();
  assert.deepEqual(first.value.changes, []);
  const next = rejection(answers.next());
  ending.abort("closed");
  assert.equal(await next, "closed");

  await server.run("service", "revoke", "ended");
  expectInstance(await rejection(chat.changes().next()), Unauthorized);
});
