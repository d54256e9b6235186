import { TimedOut } from "./errors.js";

/** The longest time that browsers and Node.js count, in milliseconds: 24 days. */
const LONGEST = 2 ** 31 - 1;

/** The end of a call: after a time, or with the signal of its caller. Whoever makes one ends it. */
export class Deadline {
  readonly #ends: number;
  readonly #aborting = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuter = (): void => this.#aborting.abort(this.#outer?.reason);

  /** @throws RangeError if the time cannot be counted */
  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    if (!(milliseconds > 0 && milliseconds <= LONGEST)) {
      throw new RangeError(`a timeout is more than 0 and at most ${LONGEST} milliseconds`);
    }
    this.#ends = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#aborting.abort(new TimedOut(milliseconds)), milliseconds);
    this.#outer = outer;
    if (outer?.aborted) {
      this.#onOuter();
    }
    outer?.addEventListener("abort", this.#onOuter, { once: true });
  }

  /** Aborts with `TimedOut`, or with the reason of the caller's signal. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** How many milliseconds are left. */
  get left(): number {
    return this.#ends - performance.now();
  }

  /** Waits, unless the call ends before. */
  async wait(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    try {
      await unlessAborted(over, this.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops counting. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onOuter);
  }
}

/** What the promise resolves to, unless the signal aborts before. What the promise does goes on. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
