/**
 * A client of Azuma. This module has what the dialects share: the connection, the stores of tokens and the errors. Each dialect is a module of its
 * own: `azuma-client/azuma`, `azuma-client/legacy`, `azuma-client/account`, `azuma-client/service`.
 *
 * @packageDocumentation
 */
export { Connection, type ConnectionOptions } from "./connection.js";
export * from "./errors.js";
export type { ApiRequest, Authentication, CallOptions, Method } from "./request.js";
export type { Session } from "./session.js";
export type { Kind, Shape } from "./shape.js";
export { LocalStorageTokenStore } from "./stores/local-storage.js";
export { MemoryTokenStore } from "./stores/memory.js";
export type { StoredSession, TokenStore, Turn } from "./stores/token-store.js";
