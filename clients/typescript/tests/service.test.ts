import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import { BadRequest, Connection, MalformedToken, Unauthorized, UnexpectedAnswer } from "azuma-client";
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

/** The token of a new service. */
async function created(name: string): Promise<string> {
  return (JSON.parse(await server.run("service", "create", name, "--json")) as { token: string }).token;
}

/** A new service. */
async function service(name: string): Promise<Service> {
  return new Service(new Connection(proxy.url), await created(name));
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

test("what is no token is refused when it is given, is never sent, and no error shows it", async () => {
  const connection = new Connection(proxy.url);
  for (const text of ["name   chat\ntoken  azs_SECRET", "azs_SECRE…T", "Bearer azs_SECRET", "azs_SECRET\u0000", ""]) {
    const refusals = [
      await rejection((async () => new Service(connection, text))()),
      await rejection(connection.session.adopt(text)),
      await rejection(connection.send({ method: "get", path: "/service/changes", authentication: { bearer: text } })),
    ];
    for (const refusal of refusals) {
      expectInstance(refusal, MalformedToken);
      assert.doesNotMatch(inspect(refusal), /azs_SECRE/);
    }
  }
  assert.deepEqual(proxy.requests, []);
});

test("white space and a byte order mark around the token of a service do not count", async () => {
  const token = await created("file");
  const chat = new Service(new Connection(proxy.url), `\uFEFF ${token}\r\n`);
  assert.deepEqual((await chat.check(["no token"])).sessions, [null]);
});

test("what cannot be a token is not live, and does not spoil the question for the others", async () => {
  const chat = await service("presented");
  const { token } = await registered("presenter");
  const texts = ["\ud800", "é", "a b", '"', "\\", "", "a".repeat(1_000_000)];
  const { position, sessions } = await chat.check([...texts, token]);
  assert.deepEqual(sessions.map((found) => found?.user.name), [...texts.map(() => undefined), "presenter"]);
  const nothing = await chat.check(texts);
  assert.deepEqual(nothing.sessions, texts.map(() => null));
  assert.equal(nothing.position, position);
  expectInstance(await rejection(chat.check([])), BadRequest);
});

test("an answer for more or fewer tokens than were asked for is none of the server", async () => {
  const chat = await service("counted");
  const { position } = await chat.check(["no-token"]);
  for (const answers of [[], [{ live: false }, { live: false }]]) {
    proxy.course = () => ({ status: 200, body: JSON.stringify({ position, answers }) });
    expectInstance(await rejection(chat.check(["no-token"])), UnexpectedAnswer);
  }
});

test("a check tells when it was answered by the clock of the server, or that this is not known", async () => {
  const chat = await service("timed");
  const { token } = await registered("timer");
  const { answeredAt, position, sessions } = await chat.check([token]);
  assert.ok(answeredAt !== null && answeredAt < (sessions[0]?.expiresAt ?? 0));
  const date = "Tue, 01 Jan 2030 00:00:00 GMT";
  for (const [said, time] of [
    [date, Date.parse(date)],
    ["soon", undefined],
  ] as const) {
    proxy.course = () => ({ status: 200, headers: { date: said }, body: JSON.stringify({ position, answers: [{ live: false }] }) });
    assert.equal((await chat.check(["no-token"])).answeredAt?.getTime(), time);
  }
});

/** The first answer that has a change of the user, or says to start over. What others did before may come first. */
async function news(answers: AsyncGenerator<ChangesAnswer>, id?: string): Promise<ChangesAnswer> {
  for await (const answer of answers) {
    if (answer.changes.some(({ user }) => user === id) || answer.course === "start over") {
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
  const told = news(chat.changes({ after: position }), id);
  await azuma.logout();
  const { changes, course } = await told;
  assert.equal(course, "go on");
  const ended = changes.find(({ user }) => user === id);
  assert.deepEqual([ended?.kind, ended?.user, ended?.session], ["session_ended", id, sessions[0]?.session]);
});

test("an answer as full as it can be says that there is more, and what is known is no younger by it", async () => {
  const chat = await service("behind");
  const { position } = await chat.check(["no token"]);
  const user = "00000000-0000-4000-8000-000000000000";
  const changes = Array.from({ length: 1_000 }, (_, number) => ({ number, kind: "user_changed", user }));
  let asked = 0;
  proxy.course = () => ((asked += 1) === 2 ? "pass" : { status: 200, body: JSON.stringify({ position, changes }) });
  const answers = chat.changes({ after: position });
  const { value: first } = await answers.next();
  const { value: second } = await answers.next();
  const { value: third } = await answers.next();
  assert.deepEqual([first.course, second.course, third.course], ["more", "go on", "more"]);
  assert.equal(first.age(), Number.POSITIVE_INFINITY);
  const before = second.age();
  assert.ok(Number.isFinite(before) && third.age() >= before);
});

test("following goes on after every answer but a refusal of the service or the question", async () => {
  const chat = await service("persistent");
  const { position } = await chat.check(["no-token"]);
  for (const passing of [
    [
      { status: 500, body: '{"message": "INTERNAL"}' },
      { status: 408, body: '{"message": "REQUEST_TIMEOUT"}' },
    ],
    [
      { status: 404, body: "<h1>Not Found</h1>" },
      { status: 401, body: "<h1>Log in to this network</h1>" },
    ],
    [
      { status: 200, body: "<h1>Welcome to this network</h1>" },
      { status: 200, body: "{}" },
    ],
  ]) {
    const courses = passing.values();
    proxy.course = () => courses.next().value ?? "pass";
    assert.equal((await chat.changes({ after: position }).next()).value.course, "go on");
    assert.equal(courses.next().done, true);
  }
  expectInstance(await rejection(chat.changes({ after: "nowhere" }).next()), BadRequest);
});

test("a server that answers at once is not asked in a loop", async () => {
  const chat = await service("paced");
  const { position } = await chat.check(["no-token"]);
  proxy.course = () => ({ status: 200, body: JSON.stringify({ position, changes: [] }) });
  const answers = chat.changes({ after: position });
  await answers.next();
  const order: string[] = [];
  setTimeout(() => order.push("timer"), 25);
  await answers.next();
  order.push("answer");
  assert.deepEqual(order, ["timer", "answer"]);
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
