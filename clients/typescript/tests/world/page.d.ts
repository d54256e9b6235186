import type { Connection } from "azuma-client";
import type { Account } from "azuma-client/account";
import type { Azuma } from "azuma-client/azuma";
import type { Legacy } from "azuma-client/legacy";

/** What `tests/pages/client.js` puts there. */
interface Client {
  readonly connection: Connection;
  readonly azuma: Azuma;
  readonly legacy: Legacy;
  readonly account: Account;
  /** What `listen` was told. */
  readonly told: (string | null)[];
  listen(): void;
  /** The class of the error that a promise rejects with. */
  nameOf(promise: Promise<unknown>): Promise<string>;
  requestIdOf(promise: Promise<unknown>): Promise<string>;
}

declare global {
  interface Window {
    readonly client: Client;
  }
}
