import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const COLLECTOR_LIMIT_MS = 3_000;
const TAIL_LINES = 20;
const TAIL_BYTES = 16_384;

/** Sizes in bytes of the log files, by path. */
export type LogMarks = Map<string, number>;

/** What PostgreSQL writes to: its standard error until its log collector runs, then a file a day. */
async function listLogs(home: string): Promise<string[]> {
  const folder = join(home, "data", "log");
  const names = await readdir(folder).catch(() => []);
  return [join(home, "start.log"), ...names.sort().map((name) => join(folder, name))];
}

/** Where the logs end now, for `readLogsSince`. */
export async function markLogs(home: string): Promise<LogMarks> {
  const marks: LogMarks = new Map();
  for (const path of (await listLogs(home)).slice(1)) {
    marks.set(path, await stat(path).then(({ size }) => size));
  }
  return marks;
}

/**
 * The last lines written since then by a server that has ended. The log collector writes on for a
 * moment after the server, so the reason of the end is waited for.
 */
export async function readReasonSince(home: string, marks: LogMarks): Promise<string> {
  const deadline = Date.now() + COLLECTOR_LIMIT_MS;
  for (;;) {
    const text = await readLogsSince(home, marks);
    const isWhole = !text.includes("logging collector process") || /FATAL|PANIC/.test(text);
    if (isWhole || Date.now() > deadline) return text;
    await sleep(20);
  }
}

/** The last lines written since then. */
export async function readLogsSince(home: string, marks: LogMarks): Promise<string> {
  const parts: string[] = [];
  for (const path of await listLogs(home)) {
    parts.push(await readTail(path, marks.get(path) ?? 0).catch(() => ""));
  }
  return parts.join("").trim().split("\n").slice(-TAIL_LINES).join("\n");
}

async function readTail(path: string, from: number): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    // Shorter than it was: the weekday came round and the file began anew.
    const start = Math.max(size < from ? 0 : from, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
