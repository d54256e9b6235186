/** What a store keeps of a session. */
export interface StoredSession {
  /** The token to send next. */
  readonly token: string;
  /** A random text made at the login, the same for each token that replaces the first one. It tells a newer token from that of another login. */
  readonly login: string;
  /** How many refreshes have been answered since the login. */
  readonly refreshes: number;
}

/** What must not happen twice at once: a refresh, which takes as long as the server, or a change of what is stored. */
export type Turn = "refresh" | "change";

/** Keeps the session of a connection: one at a time, for whoever shares the store. */
export interface TokenStore {
  /** The session as it was written last, by whoever shares the store; `null` if there is none. What cannot be read counts as none. */
  read(): Promise<StoredSession | null>;

  /** Replaces the session; `null` removes it. It has been kept when the promise resolves. */
  write(session: StoredSession | null): Promise<void>;

  /**
   * Does some work while nobody else who shares the store does work of the same kind. Work of the kind `refresh` contains work of the kind
   * `change`.
   *
   * @param signal ends the wait: the promise rejects with its reason
   */
  inTurn<T>(turn: Turn, work: () => Promise<T>, signal: AbortSignal): Promise<T>;

  /** Tells of each write by whoever shares the store. Returns what ends that. */
  subscribe(listener: () => void): () => void;
}
