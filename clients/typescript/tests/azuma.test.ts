import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AlreadyExists,
  BadRequest,
  Connection,
  Forbidden,
  NotFound,
  NotLoggedIn,
  SecondFactorRequired,
  Unauthorized,
} from "azuma-client";
import { Azuma } from "azuma-client/azuma";
import { Legacy } from "azuma-client/legacy";
import { expectInstance, neo, rejection } from "./world/people.js";
import { Server } from "./world/server.js";
import { code } from "./world/totp.js";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server[Symbol.asyncDispose]());

function visitor(): { connection: Connection; azuma: Azuma } {
  const connection = new Connection(server.url);
  return { connection, azuma: new Azuma(connection) };
}

async function registered(name: string): Promise<{ connection: Connection; azuma: Azuma }> {
  const { connection, azuma } = visitor();
  await azuma.register({ ...neo, name, email: `${name}@example.org` });
  return { connection, azuma };
}

test("a user registers, looks around, and is gone", async () => {
  const { connection, azuma } = await registered("walker");
  assert.equal((await azuma.instance()).name, "azumaneo");
  const self = await azuma.self();
  assert.equal(self.email, "walker@example.org");
  assert.equal((await azuma.user(self.id)).name, "walker");
  assert.equal((await azuma.update({ name: "Walker", status: "away" })).name, "Walker");

  const other = visitor();
  await other.azuma.login({ name: "walker", password: neo.password });
  const [newest, first] = await azuma.sessions();
  assert.equal(first?.current, true);
  await azuma.revokeSession(newest?.id ?? "");
  expectInstance(await rejection(other.azuma.self()), Unauthorized);
  assert.equal(await other.connection.session.token(), null);

  const { events, next } = await azuma.events({ limit: 1 });
  assert.equal(events.length, 1);
  assert.notDeepEqual((await azuma.events({ limit: 1, before: next ?? "" })).events, events);

  await azuma.deleteSelf();
  assert.equal(await connection.session.token(), null);
  expectInstance(await rejection(azuma.login({ name: "walker", password: neo.password })), NotFound);
});

test("nobody is logged in after a registration that waits for its mail, whoever was before", async () => {
  await using careful = await Server.start({ "registration.require_proved_email": "true" });
  const connection = new Connection(careful.url);
  for (const register of [
    () => new Azuma(connection).register({ ...neo, name: "waiter", email: "waiter@example.org" }),
    () => new Legacy(connection).register({ ...neo, name: "sitter", email: "sitter@example.org" }),
  ]) {
    await connection.session.adopt("of-the-user-before");
    assert.equal((await register()).token, null);
    assert.equal(await connection.session.token(), null);
  }
});

test("a logout ends the session and forgets it, also one that had ended", async () => {
  const { connection, azuma } = await registered("leaver");
  const token = (await connection.session.token()) ?? "";
  await azuma.logout();
  assert.equal(await connection.session.token(), null);
  expectInstance(await rejection(azuma.self()), NotLoggedIn);
  await connection.session.adopt(token);
  await azuma.logout();
  assert.equal(await connection.session.token(), null);
});

test("a logout everywhere ends the other sessions", async () => {
  const { azuma } = await registered("everywhere");
  const other = visitor();
  await other.azuma.login({ name: "everywhere", password: neo.password });
  await azuma.logoutEverywhere();
  expectInstance(await rejection(other.azuma.self()), Unauthorized);
});

test("a login with a second factor is repeated with its code", async () => {
  const { azuma } = await registered("careful");
  const { secret } = await azuma.beginFactor();
  const recovery = await azuma.confirmFactor(code(secret, -1));
  assert.equal(recovery.length, 10);
  assert.deepEqual(await azuma.factor(), { enabled: true, recovery_codes: 10 });

  const { connection, azuma: again } = visitor();
  const asked = await rejection(again.login({ name: "careful", password: neo.password }));
  expectInstance(asked, SecondFactorRequired);
  const wrong = await rejection(asked.withCode("000000"));
  expectInstance(wrong, SecondFactorRequired);
  assert.equal(await connection.session.token(), null);
  assert.deepEqual(await wrong.withCode(recovery[0] ?? ""), { token: await connection.session.token() });
  assert.equal((await again.self()).name, "careful");

  expectInstance(await rejection(again.removeFactor()), SecondFactorRequired);
  await again.removeFactor({ otp: recovery[1] ?? "" });
  assert.equal((await again.factor()).enabled, false);
});

test("each refusal is an error of its kind, with what the server says", async () => {
  const { azuma } = await registered("taken");
  const taken = await rejection(visitor().azuma.register({ ...neo, name: "TAKEN", email: "else@example.org" }));
  expectInstance(taken, AlreadyExists);
  assert.deepEqual([taken.status, taken.code], [409, "ALREADY_EXISTS"]);
  assert.match(taken.requestId ?? "", /^[0-9a-f]{16}$/);

  const malformed = await rejection(visitor().azuma.register({ ...neo, email: "no address" }));
  expectInstance(malformed, BadRequest);
  assert.match(malformed.detail ?? "", /e-mail|email/);

  expectInstance(await rejection(visitor().azuma.login({ name: "taken", password: "wrong" })), Forbidden);
  expectInstance(await rejection(azuma.user("00000000-0000-4000-8000-000000000000")), NotFound);
});
