import { SecondFactorRequired } from "./errors.js";
import type { CallOptions } from "./request.js";

/** A body that may have a code of the second factor. */
interface WithCode {
  otp?: string | null;
}

/** Makes a call that may need a code. If it does, the error that it is refused with can repeat it. */
export async function withSecondFactor<B extends WithCode, T>(
  body: B,
  options: CallOptions,
  call: (body: B, options: CallOptions) => Promise<T>,
): Promise<T> {
  try {
    return await call(body, options);
  } catch (error) {
    if (error instanceof SecondFactorRequired) {
      throw new SecondFactorRequired(error, (otp, later) => withSecondFactor({ ...body, otp }, later, call));
    }
    throw error;
  }
}
