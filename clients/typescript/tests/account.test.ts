import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AlreadyExists, Connection, NotVerified, Unauthorized, Unprocessable } from "azuma-client";
import { Account } from "azuma-client/account";
import { expectInstance, rejection } from "./world/people.js";
import { Server } from "./world/server.js";

const trinity = { username: "trinity", password: "follow the rabbit", email: "trinity@example.org" };

let server: Server;
before(async () => {
  server = await Server.start({ "passwords.require_current": "true" });
});
after(() => server[Symbol.asyncDispose]());

test("an account is verified, logs in, lists its tokens, and is gone", async () => {
  const connection = new Connection(server.url);
  const account = new Account(connection);
  expectInstance(await rejection(account.register({ ...trinity, email: "no address" })), Unprocessable);
  await account.register(trinity);
  const taken = await rejection(account.register({ ...trinity, email: "other@example.org" }));
  expectInstance(taken, AlreadyExists);
  assert.equal(taken.conflict, "username");
  expectInstance(await rejection(account.authenticate(trinity)), NotVerified);
  await account.verify(await server.mailedToken());

  const { token } = await account.authenticate(trinity);
  const other = new Connection(server.url);
  const { token: second } = await new Account(other).authenticate(trinity);
  const tokens = await account.tokens();
  assert.deepEqual(new Set(tokens.map((live) => live.token)), new Set([token, second]));
  assert.ok(tokens.every((live) => live.expiresAt.getTime() > Date.now()));
  await account.deleteToken(second);
  expectInstance(await rejection(new Account(other).tokens()), Unauthorized);

  expectInstance(await rejection(account.delete({ current_password: "wrong" })), Unauthorized);
  assert.equal(await connection.session.token(), token, "a wrong password ends no session");
  await account.delete({ current_password: trinity.password });
  assert.equal(await connection.session.token(), null);
});
