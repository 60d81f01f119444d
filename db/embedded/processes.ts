import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readlink, realpath } from "node:fs/promises";
import { promisify } from "node:util";
import { programEnvironment } from "./environment.ts";

const run = promisify(execFile);
const hasProc = existsSync("/proc/self/stat");
const isWindows = process.platform === "win32";

/** One life of a pid: `started` differs when the same pid is given to a later process. */
export interface Life {
  pid: number;
  started: string;
}

/** True while the pid is taken, be it by another user's process or by one that nobody reaped. */
export function isPidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** State and start time of Linux's proc(5) stat; null when no such process is there. */
async function readStat(pid: number): Promise<{ name: string; started: string } | null> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
    ]);
    // The name stands in parentheses and may hold spaces and parentheses itself.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const name = stat.slice(stat.indexOf("(") + 1, end);
    return { name, started: `${boot.trim()}:${fields[19]}` };
  } catch {
    return null;
  }
}

/** One `ps` line with the given columns; null when the process is gone or a zombie. */
async function ps(pid: number, columns: string): Promise<string | null> {
  const args = ["-ww", "-o", `stat=,${columns}=`, "-p", String(pid)];
  const { stdout } = await run("ps", args, programEnvironment()).catch(() => ({ stdout: "" }));
  const [, state = "Z", rest = ""] = /^\s*(\S+)\s+(.*)$/m.exec(stdout) ?? [];
  return state.startsWith("Z") ? null : rest.trim();
}

/** When the process began, opaque; null when it is dead or only waits to be reaped. */
async function findStart(pid: number): Promise<string | null> {
  if (hasProc) return (await readStat(pid))?.started ?? null;
  if (isWindows) return isPidTaken(pid) ? "unknown" : null;
  return ps(pid, "lstart");
}

/** This very process, to be written into a file that outlives it. */
export async function thisProcess(): Promise<Life> {
  return { pid: process.pid, started: (await findStart(process.pid)) ?? "unknown" };
}

export async function isAlive(life: Life): Promise<boolean> {
  return (await findStart(life.pid)) === life.started;
}

/** The life written in a file by `JSON.stringify`; null for anything else. */
export function parseLife(text: string): Life | null {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Life>;
    return typeof pid === "number" && typeof started === "string" ? { pid, started } : null;
  } catch {
    return null;
  }
}

/** Whether the pid is a living PostgreSQL server on this data directory. */
export async function isPostgresOn(pid: number, data: string): Promise<boolean> {
  if (hasProc) {
    const [stat, folder, wanted] = await Promise.all([
      readStat(pid),
      readlink(`/proc/${pid}/cwd`).catch(() => null),
      realpath(data).catch(() => data),
    ]);
    return stat?.name === "postgres" && folder === wanted;
  }
  // Windows does not tell another process's arguments; connecting with the password will.
  if (isWindows) return isPidTaken(pid);
  const command = (await ps(pid, "command")) ?? "";
  return command.includes("postgres") && command.includes(data);
}
