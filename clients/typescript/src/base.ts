/**
 * The URL that precedes each path, without a slash at its end.
 *
 * @throws TypeError if it is none that a path can follow. It does not hold the text, which may have a password.
 */
export function baseOf(text: string | URL): string {
  const url = parsed(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  // An empty query or fragment shows in `href` alone.
  if (url === undefined || !isWeb || url.username !== "" || url.password !== "" || /[?#]/.test(url.href)) {
    throw new TypeError("the URL of a server is http://… or https://…, without user, query or fragment");
  }
  return url.href.replace(/\/+$/, "");
}

function parsed(text: string | URL): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
