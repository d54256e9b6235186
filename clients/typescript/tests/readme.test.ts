import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Server } from "./world/server.js";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));

test("the examples of the README run", async () => {
  await using server = await Server.start();
  const readme = await readFile(`${PACKAGE}README.md`, "utf8");
  const examples = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, example]) => example ?? "");
  assert.equal(examples.length, 5);
  await mkdir(`${PACKAGE}build/readme`, { recursive: true });
  const token = /azs_[\w-]{43}/.exec(await server.run("service", "create", "readme"))?.[0] ?? "";
  const env = { AZUMA_URL: server.url, AZUMA_SERVICE_TOKEN: token };
  for (const [number, example] of examples.entries()) {
    const file = `${PACKAGE}build/readme/${number}.js`;
    await writeFile(file, example);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    assert.notEqual(stdout, "", `example ${number} prints something`);
  }
});
