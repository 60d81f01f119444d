import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { variables } from "#lib/core/env.ts";
import { randomText } from "#lib/core/ids.ts";
import { root } from "../run.ts";

/** A deployment to show, and a platform key of it. */
export interface Deployment {
  url: string;
  key: string;
  /** True: started for the demo alone, and gone with it. */
  own: boolean;
  /** What it has logged, from warnings up; empty for one that runs elsewhere. */
  log: readonly string[];
  close(): Promise<void>;
}

const startMs = 120_000;
const stopMs = 30_000;

/** The deployment of TAUSESTACK_URL and TAUSESTACK_KEY, else one of our own. */
export async function openDeployment(): Promise<Deployment> {
  const { TAUSESTACK_URL: url, TAUSESTACK_KEY: key } = process.env;
  if (!url && !key) return startDeployment();
  if (!url || !key) throw new Error("Set both TAUSESTACK_URL and TAUSESTACK_KEY, or neither.");
  return { url: url.replace(/\/+$/, ""), key, own: false, log: [], close: async () => undefined };
}

/** Our environment without the settings of a deployment: the demo's own must not reach that data. */
function cleanEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(variables)) delete env[name];
  return env;
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

async function stop(child: ChildProcess): Promise<void> {
  const killing = setTimeout(() => child.kill("SIGKILL"), stopMs);
  child.kill("SIGTERM");
  await exited(child);
  clearTimeout(killing);
}

/** Waits for the line that tells the address; rejects when the server ends or takes too long. */
function readyAt(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`The server was not ready after ${startMs / 1000} s.`)),
      startMs,
    );
    const fail = (error: Error) => {
      clearTimeout(late);
      reject(error);
    };
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`The server ended with code ${code}.`)));
    if (!child.stdout) throw new Error("The server's output is not piped");
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) log.push(line);
      const url = /ready at (http:\S+)/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}

async function startDeployment(): Promise<Deployment> {
  const dataDir = await mkdtemp(join(tmpdir(), "tausestack-demo-"));
  const key = `tsp_${randomText(43)}`;
  const log: string[] = [];
  // A group of its own, so that Ctrl-C reaches the demo alone and the server ends in its turn.
  const child = spawn(process.execPath, ["server.ts", "--api-lane-only"], {
    cwd: root,
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...cleanEnv(),
      PORT: "0",
      TAUSESTACK_DATA_DIR: dataDir,
      TAUSESTACK_BOOTSTRAP_KEY: key,
      TAUSESTACK_OPERATOR_PASSWORD: randomText(20),
      TAUSESTACK_SEED_DEMO: "false",
      // The demo tries hundreds, and each shall be seen to be refused for what it is.
      TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE: "100000",
      LOG_LEVEL: "warn",
    },
  });
  const abandon = () => child.kill("SIGTERM");
  process.once("exit", abandon);
  const close = async () => {
    await stop(child);
    process.off("exit", abandon);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return { url: await readyAt(child, log), key, own: true, log, close };
  } catch (error) {
    await close();
    for (const line of log) process.stderr.write(`${line}\n`);
    throw error;
  }
}
