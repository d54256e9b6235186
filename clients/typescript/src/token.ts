import { MalformedToken } from "./errors.js";

/** Whether a text has characters of tokens alone. */
export function isWellFormed(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/**
 * The token without white space or a byte order mark around it, which a file may have.
 *
 * @throws MalformedToken if there is anything else that no token has. The errors of `Headers` would show it.
 */
export function wellFormed(token: string): string {
  const trimmed = token.trim();
  if (!isWellFormed(trimmed)) {
    throw new MalformedToken();
  }
  return trimmed;
}
