import { MemoryTokenStore, type StoredSession } from "azuma-client";

/** A store in memory, of which the next read can be held up after it has read, or fail. */
export class InterruptedStore extends MemoryTokenStore {
  onNextRead: (() => Promise<void>) | undefined;

  override async read(): Promise<StoredSession | null> {
    const session = await super.read();
    const interrupt = this.onNextRead;
    this.onNextRead = undefined;
    await interrupt?.();
    return session;
  }
}
