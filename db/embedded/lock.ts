import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, parseLife, thisProcess } from "./processes.ts";

const POLL_MS = 20;
const UNREADABLE_AFTER_MS = 2_000;
const FREE = "free";

/** Number of the newest lock file; 0 when there is none yet. */
async function findNewest(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1]));
  return Math.max(0, ...numbers.filter((number) => number > 0));
}

function fileOf(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

async function createExclusive(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Pid of the lock file's living owner, 0 for one that is still being written, null when free. */
async function findOwner(path: string): Promise<number | null> {
  try {
    const text = await readFile(path, "utf8");
    if (text === FREE) return null;
    const life = parseLife(text);
    if (life) return (await isAlive(life)) ? life.pid : null;
    return Date.now() - (await stat(path)).mtimeMs < UNREADABLE_AFTER_MS ? 0 : null;
  } catch (error) {
    // A newer owner has cleared it away.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/**
 * Runs `work` while no other process or call does so under the same folder. The lock of an owner
 * that died is taken over. Rejects when a living owner keeps it longer than `waitMs`.
 */
export async function withLock<T>(
  folder: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const mine = await acquire(folder, waitMs);
  try {
    return await work();
  } finally {
    await writeFile(mine, FREE).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}

/**
 * Owners count up: lock.7 follows a lock.6 that is free or whose owner died, exactly one process
 * can create it, and the newest number never goes away, so that a stale look at an older one
 * cannot take over a lock that is held: the second look finds the newer number.
 */
async function acquire(folder: string, waitMs: number): Promise<string> {
  const me = JSON.stringify(await thisProcess());
  const deadline = Date.now() + waitMs;
  for (;;) {
    const newest = await findNewest(folder);
    const owner = newest === 0 ? null : await findOwner(fileOf(folder, newest));
    if (owner === null) {
      const mine = fileOf(folder, newest + 1);
      if (await createExclusive(mine, me)) {
        if ((await findNewest(folder)) === newest + 1) {
          await removeOlder(folder, newest + 1);
          return mine;
        }
        await rm(mine, { force: true });
      }
    } else if (Date.now() > deadline) {
      throw new Error(`Process ${owner} has held the lock in ${folder} for over ${waitMs} ms`);
    }
    await sleep(POLL_MS * Math.random());
  }
}

async function removeOlder(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const other = Number(/^lock\.(\d+)$/.exec(name)?.[1]);
    if (other < number) await rm(join(folder, name), { force: true });
  }
}
