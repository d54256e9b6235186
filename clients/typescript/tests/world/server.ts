import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WORKSPACE = fileURLToPath(new URL("../../../../", import.meta.url));
const BINARY = process.env["AZUMA_TESTED_BINARY"] ?? join(WORKSPACE, "target/debug/azuma");

/** Each token is due for replacement as soon as it is issued. */
export const ALWAYS_DUE = { "sessions.rotating.renew_within": "30d" };

/** How long something may take that takes a moment, in milliseconds. */
const PATIENCE = 20_000;

/** The directory and the settings of a server. */
interface Home {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** The real binary, running on a port of its own with SQLite in a directory of its own. */
export class Server implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #home: Home;

  private constructor(url: string, process: ChildProcess, home: Home) {
    this.url = url;
    this.#process = process;
    this.#home = home;
  }

  /** Starts one with these keys of the configuration. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "azuma-client-"));
    const configured = {
      "http.listen": "127.0.0.1:0",
      "telemetry.log_format": "json",
      "passwords.memory_kib": "64",
      "passwords.iterations": "1",
      "abuse.enabled": "false",
      ...settings,
    };
    const environment = Object.entries(configured).map(([key, value]) => [variable(key), value]);
    const home = { cwd: directory, env: Object.fromEntries(environment) };
    const child = spawn(BINARY, ["serve"], { ...home, stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => child.kill("SIGKILL"));
    return new Server(await listening(child), child, home);
  }

  /** Runs a command of the operator beside the server, and returns what it prints. */
  async run(...command: string[]): Promise<string> {
    return (await promisify(execFile)(BINARY, command, this.#home)).stdout;
  }

  /** The token of the newest mailed link, once there is one. */
  async mailedToken(): Promise<string> {
    const directory = join(this.#home.cwd, "data/mail");
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
      const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(".eml"));
      for (const name of names.sort().reverse()) {
        const token = /token=([0-9a-f-]{36})/.exec(await readFile(join(directory, name), "utf8"))?.[1];
        if (token !== undefined) {
          return token;
        }
      }
    }
    throw new Error("no mail has come");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "exit");
    }
    await rm(this.#home.cwd, { recursive: true, force: true });
  }
}

/** Waits until the server has printed where it listens. */
async function listening(child: ChildProcess): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      printed += chunk;
      const url = /listening on (http:\/\/[\d.:]+)/.exec(printed)?.[1];
      if (url !== undefined) {
        resolve(url);
      }
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`the server does not start: ${printed}`)));
  });
}

/** The environment variable of a key, such as `AZUMA_HTTP__LISTEN`. */
function variable(key: string): string {
  return `AZUMA_${key.toUpperCase().replaceAll(".", "__")}`;
}
