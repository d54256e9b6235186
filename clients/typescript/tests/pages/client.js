// What the tests call in a page.
import { Connection, LocalStorageTokenStore } from "./client/index.js";
import { Account } from "./client/account/index.js";
import { Azuma } from "./client/azuma/index.js";
import { Legacy } from "./client/legacy/index.js";

const url = new URLSearchParams(location.search).get("server");
const connection = new Connection(url, { store: new LocalStorageTokenStore() });
const rejection = (promise) => promise.then(() => ({}), (error) => error);
const told = [];

window.client = {
  connection,
  azuma: new Azuma(connection),
  legacy: new Legacy(connection),
  account: new Account(connection),
  told,
  listen: () => void connection.session.subscribe((token) => told.push(token)),
  nameOf: async (promise) => (await rejection(promise)).name,
  requestIdOf: async (promise) => (await rejection(promise)).requestId,
};
