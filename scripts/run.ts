import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's folder. */
export const root = join(import.meta.dirname, "..");

export interface Ended {
  /** The exit code; 1 where a signal ended the process. */
  code: number;
  /** What it wrote to stdout and stderr, when captured. */
  output: string;
  durationMs: number;
}

/** The path of a program that an npm package brings, to be run by the Node that runs us. */
export function programOf(packageName: string, name: string): string {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const path = typeof bin === "string" ? bin : bin[name];
  if (path === undefined) throw new Error(`${packageName} has no program ${name}`);
  return join(folder, path);
}

function ending(child: ChildProcess, output: () => string): Promise<Ended> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code: code ?? 1, output: output(), durationMs: performance.now() - start });
    });
  });
}

/** Runs a JavaScript program in the project's folder and keeps what it writes. */
export function capture(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return ending(child, () => Buffer.concat(chunks).toString());
}

const groups = new Set<ChildProcess>();

/**
 * Runs a JavaScript program with our own output, in a process group of its own, which
 * `signalGroups` reaches as a whole: workers and servers that the program started included.
 */
export async function follow(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
    env: { ...process.env, ...env },
  });
  groups.add(child);
  try {
    return await ending(child, () => "");
  } finally {
    groups.delete(child);
  }
}

/** Sends a signal to every group that `follow` started and that still runs. */
export function signalGroups(signal: NodeJS.Signals): void {
  for (const child of groups) {
    if (child.pid === undefined) continue;
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    } catch (error) {
      // The group may have ended without our having heard of it yet.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
