import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { env } from "#lib/core/env.ts";
import { singleton } from "#lib/core/singleton.ts";
import { UpstreamError } from "../errors.ts";

/** From being asked to end until being made to. */
const graceMs = 1_000;

interface Running {
  tenantId: string;
  child: ChildProcessWithoutNullStreams;
}

const running = singleton("upstreams.stdio", () => {
  const all = new Set<Running>();
  // However this process ends, short of being killed outright, no group outlives it; a server whose
  // parent was killed sees the end of its input.
  process.on("exit", () => {
    for (const { child } of all) signalGroup(child, "SIGKILL");
  });
  return all;
});

/** To the whole group: what the server itself started goes with it. */
function signalGroup({ pid }: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Whose bound is reached, if one is: each worker has an equal share, and one at the least. */
function whoIsFull(tenantId: string): string | null {
  const { TAUSESTACK_STDIO_PROCESSES, TAUSESTACK_STDIO_PROCESSES_PER_TENANT, WEB_CONCURRENCY } =
    env();
  const share = Math.max(1, Math.floor(TAUSESTACK_STDIO_PROCESSES / WEB_CONCURRENCY));
  if (countProcesses(tenantId) >= TAUSESTACK_STDIO_PROCESSES_PER_TENANT) return "The tenant";
  return running.size >= share ? "The deployment" : null;
}

/** Whether another server of the tenant's may be started now. */
export function hasProcessRoom(tenantId: string): boolean {
  return whoIsFull(tenantId) === null;
}

function refuseTooMany(tenantId: string): void {
  const whose = whoIsFull(tenantId);
  if (whose === null) return;
  throw new UpstreamError(
    "unavailable",
    `${whose} runs as many stdio servers as it may. Try again when one is idle.`,
    { retryAfterSeconds: 30 },
  );
}

/** Processes that this process runs, of a tenant or of all. */
export function countProcesses(tenantId?: string): number {
  return [...running].filter((each) => tenantId === undefined || each.tenantId === tenantId).length;
}

/**
 * Starts a server as the leader of a group of its own, with nothing of our environment but a path.
 * Its place is free again once it has been reaped. Throws `UpstreamError` `unavailable`.
 */
export function startProcess(
  tenantId: string,
  [command = "", ...args]: readonly string[],
  secrets: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  refuseTooMany(tenantId);
  const environment: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LANG: "C.UTF-8",
    ...secrets,
  };
  const child = spawn(command, args, {
    cwd: "/",
    detached: true,
    env: environment as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const entry = { tenantId, child };
  running.add(entry);
  child.once("exit", () => {
    signalGroup(child, "SIGKILL");
    running.delete(entry);
  });
  child.once("error", () => {
    if (child.pid === undefined) running.delete(entry);
  });
  return child;
}

/** Ends a server with all that it started, and waits until it has been reaped. */
export async function endProcess(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.stdin.end();
  signalGroup(child, "SIGTERM");
  const force = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
  await ended;
  clearTimeout(force);
}

/** Ends all servers, at shutdown. */
export async function endAllProcesses(): Promise<void> {
  await Promise.all([...running].map(({ child }) => endProcess(child)));
}
