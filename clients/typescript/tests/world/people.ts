/** Somebody to register. */
export const neo = { name: "neo", email: "neo@example.org", password: "there is no spoon" };

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`it resolves to ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** Fails unless it is an instance of the class, which it then is to the compiler. */
export function expectInstance<T>(value: unknown, kind: abstract new (...given: never[]) => T): asserts value is T {
  if (!(value instanceof kind)) {
    throw new Error(`expected ${kind.name}`, { cause: value });
  }
}
