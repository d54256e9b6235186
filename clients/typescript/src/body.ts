/** The longest body that is read, in bytes: 4 MiB. No answer of Azuma is nearly as long. */
const LONGEST = 4 * 1024 * 1024;

/** The body of an answer; `undefined` if it is longer than 4 MiB, of which no more is read. */
export async function readBody(response: Response): Promise<string | undefined> {
  // A `fetch` of somebody else may have no streams.
  if (!response.body) {
    return response.text();
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let length = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) {
      return text + decoder.decode();
    }
    length += value.byteLength;
    if (length > LONGEST) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
