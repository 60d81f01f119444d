import { type ChildProcess, execFile, spawn } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Account } from "./account.ts";
import { type Binaries, findPgCtl } from "./binaries.ts";
import { programEnvironment } from "./environment.ts";
import { isPidTaken, isPostgresOn } from "./processes.ts";
import { markLogs, readLogsSince, readReasonSince } from "./server-log.ts";
import { serverArguments } from "./settings.ts";

const POLL_MS = 15;
const READY_LIMIT_MS = 120_000;
const RETRY_LIMIT_MS = 15_000;
const FAST_STOP_LIMIT_MS = 60_000;
const HARD_STOP_LIMIT_MS = 10_000;

/** A server that lives, as its postmaster.pid tells. */
export interface Server {
  pid: number;
  port: number;
  phase: "starting" | "ready" | "stopping";
}

async function readPidFile(data: string): Promise<string[]> {
  try {
    return (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * The living server on a data directory; null when there is none, whatever a stale
 * postmaster.pid says. Lines of that file: pidfile.h of PostgreSQL.
 */
export async function findServer(data: string): Promise<Server | null> {
  const lines = await readPidFile(data);
  // A negative pid is a standalone backend.
  const pid = Math.abs(Number(lines[0]));
  if (!pid || !(await isPostgresOn(pid, data))) return null;
  const status = lines[7]?.trim();
  const phase = status === "ready" || status === "stopping" ? status : "starting";
  return { pid, port: Number(lines[3]) || 0, phase };
}

/**
 * PostgreSQL takes a pid that another process of its user has now, or that nobody reaped, for its
 * own. It checks the shared memory of the data directory besides, so no second server can start.
 */
async function removeStalePidFile(data: string): Promise<void> {
  const pid = Math.abs(Number((await readPidFile(data))[0]));
  if (pid && isPidTaken(pid) && !(await isPostgresOn(pid, data))) {
    await rm(join(data, "postmaster.pid"), { force: true });
  }
}

/** A loopback port that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No loopback port");
  return address.port;
}

export interface LaunchOptions {
  home: string;
  binaries: Binaries;
  account: Account;
  settings: Record<string, string>;
  choosePort?: () => Promise<number>;
}

/**
 * Starts the server and answers when it is ready; answers one in any phase that turns out to run,
 * started by a process that was killed a moment ago. Call it under the lock.
 */
export async function launchServer(options: LaunchOptions): Promise<Server> {
  const data = join(options.home, "data");
  const deadline = Date.now() + RETRY_LIMIT_MS;
  for (;;) {
    const other = await findServer(data);
    if (other) return other;
    await removeStalePidFile(data);
    const result = await tryLaunch(options, await (options.choosePort ?? findFreePort)());
    if (typeof result !== "string") return result;
    // A port lost to another process, or a killed server that is not quite gone yet.
    const passing =
      /lock file .* already exists|pre-existing shared memory block|create any TCP\/IP sockets/;
    if (!passing.test(result) || Date.now() > deadline) {
      throw new Error(
        `PostgreSQL in ${options.home} does not start. Its log ends with:\n${result}`,
      );
    }
    await sleep(200);
  }
}

/** The ready server, or what its log says of why it ended. */
async function tryLaunch(options: LaunchOptions, port: number): Promise<Server | string> {
  const { home } = options;
  const data = join(home, "data");
  const programArguments = ["-D", data, ...serverArguments(port, options.settings)];
  const marks = await markLogs(home);
  const output = await open(join(home, "start.log"), "w", 0o600);
  let ended: string | null = null;
  let child: ChildProcess;
  try {
    child = spawn(options.binaries.postgres, programArguments, {
      ...options.account,
      ...programEnvironment(),
      cwd: home,
      // A session of its own: a terminal's Ctrl-C must not reach it before the app has drained.
      detached: true,
      windowsHide: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      ended ??= `exit ${code ?? signal}`;
    });
    child.unref();
  } finally {
    await output.close();
  }
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    if (ended !== null) return (await readReasonSince(home, marks)) || ended;
    const server = await findServer(data);
    if (server?.pid === child.pid && server?.phase === "ready") return server;
    if (Date.now() > deadline) {
      const text = await readLogsSince(home, marks);
      throw new Error(`PostgreSQL in ${home} is still not ready. Its log ends with:\n${text}`);
    }
    await sleep(POLL_MS);
  }
}

async function signal(pid: number, name: "SIGINT" | "SIGQUIT"): Promise<void> {
  if (process.platform === "win32") {
    await promisify(execFile)(await findPgCtl(), ["kill", name.slice(3), String(pid)]);
    return;
  }
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function waitForEnd(data: string, pid: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (await isPostgresOn(pid, data)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Stops the server by a fast shutdown, after a minute an immediate one; false when none runs. */
export async function stopServer(data: string): Promise<boolean> {
  const server = await findServer(data);
  if (!server) return false;
  await signal(server.pid, "SIGINT");
  if (await waitForEnd(data, server.pid, FAST_STOP_LIMIT_MS)) return true;
  await signal(server.pid, "SIGQUIT");
  if (await waitForEnd(data, server.pid, HARD_STOP_LIMIT_MS)) return true;
  throw new Error(`PostgreSQL (process ${server.pid}) on ${data} does not stop`);
}
