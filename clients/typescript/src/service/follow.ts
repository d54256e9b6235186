import { Deadline } from "../deadline.js";
import { AzumaError, BadRequest, RefusedError, Unauthorized } from "../errors.js";
import type { components, paths } from "../openapi/service.js";
import type { Routes } from "../routes.js";

/** Something of a user has ended or changed. A `kind` that is not known counts as `changed`: anything may have. */
export type Change = components["schemas"]["Change"];

/** What the server says when it is asked for changes. */
export interface ChangesAnswer {
  /** Where this answer leads to in the history: what to go on from. */
  readonly position: string;
  /** What has happened since the answer before, in the order of commits; at most 1,000. */
  readonly changes: readonly Change[];
  /**
   * `more` where there may be further changes, because the answer has as many as fit. `start over` where the server does not know the place that it
   * was asked from: forget everything that is remembered.
   */
  readonly course: "go on" | "more" | "start over";
  /**
   * How many milliseconds ago the question was sent whose answer left nothing unread: that of this answer, or where its course is `more` that of
   * the last one before which was not so; `Infinity` where there is none. It goes by the clock that says more: one stands still while the
   * machine sleeps, the other one can be set.
   */
  readonly age: () => number;
}

/** How changes are followed. */
export interface FollowOptions {
  /** Where to go on: the `position` of an answer. From now on, unless it is given. */
  readonly after?: string | undefined;
  /** How many whole seconds the server waits for changes before it answers without, 1 to 30: 1 unless it is given. */
  readonly wait?: number | undefined;
  /** Ends it: the next step rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** How many changes an answer has at most. */
const MOST_CHANGES = 1_000;
/** How many milliseconds an answer may take beyond the wait. */
const GRACE = 10_000;
/** How many milliseconds to wait after an answer, so that a server which answers at once is not asked in a loop. */
const PACE = 50;
/** How many milliseconds to wait after a failure that says nothing of it; twice as long after each further one, up to the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** How many milliseconds of `Retry-After` are obeyed at most. */
const LONGEST_ASKED = 60_000;

/** @throws RangeError if the wait is none that the server takes */
export async function* follow(
  routes: Routes<paths>,
  { after, wait = 1, signal }: FollowOptions,
): AsyncGenerator<ChangesAnswer, never, undefined> {
  if (!Number.isInteger(wait) || wait < 1 || wait > 30) {
    throw new RangeError("the wait is a whole number of seconds, 1 to 30");
  }
  let age = (): number => Number.POSITIVE_INFINITY;
  for (let position = after; ; ) {
    const answer = await ask(routes, position, wait, signal);
    if (answer.course !== "more") {
      age = answer.age;
    }
    position = answer.position;
    yield { ...answer, age };
    await pause(PACE, signal);
  }
}

/** Asks until there is an answer, whose age is that of its question. */
async function ask(
  routes: Routes<paths>,
  after: string | undefined,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<ChangesAnswer> {
  const query = after === undefined ? {} : { after, wait };
  for (let failures = 0; ; failures += 1) {
    const age = stopwatch();
    try {
      const parts = { query, signal, timeout: wait * 1000 + GRACE, shape: { position: "text", changes: "list" } } as const;
      const answer = await routes.call("get", "/service/changes", parts);
      return { position: answer.position, changes: answer.changes, course: courseOf(answer), age };
    } catch (error) {
      signal?.throwIfAborted();
      await pause(pauseAfter(error, failures), signal);
    }
  }
}

function courseOf({ changes, start_over }: components["schemas"]["ChangesResponse"]): ChangesAnswer["course"] {
  if (start_over === true) {
    return "start over";
  }
  return changes.length >= MOST_CHANGES ? "more" : "go on";
}

/** @throws the error, if waiting does not mend it: the server refuses the service or the question. What a proxy says may pass. */
function pauseAfter(error: unknown, failures: number): number {
  if (!(error instanceof AzumaError) || error instanceof BadRequest || error instanceof Unauthorized) {
    throw error;
  }
  const asked = error instanceof RefusedError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
  return Math.max(Math.min(asked, LONGEST_ASKED), Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE));
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const deadline = new Deadline(2 * milliseconds + GRACE, signal);
  try {
    await deadline.wait(milliseconds);
  } finally {
    deadline.end();
  }
}

function stopwatch(): () => number {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
