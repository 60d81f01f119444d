import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.ts";
import { thisProcess } from "./processes.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tausestack-lock-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Adds to a counter file by reading and writing it, which loses counts when two do so at once. */
async function count(times: number): Promise<void> {
  const script = `
    import { readFile, writeFile } from "node:fs/promises";
    const { withLock } = await import(${JSON.stringify(new URL("./lock.ts", import.meta.url))});
    const file = ${JSON.stringify(join(folder, "counter"))};
    for (let i = 0; i < ${times}; i += 1) {
      await withLock(${JSON.stringify(folder)}, 20_000, async () => {
        await writeFile(file, String(Number(await readFile(file, "utf8")) + 1));
      });
    }`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
}

test("work of several processes never overlaps, also from the lock of a dead one", {
  timeout: 30_000,
}, async () => {
  await writeFile(join(folder, "counter"), "0");
  await writeFile(join(folder, "lock.41"), JSON.stringify({ pid: 2 ** 22 + 1, started: "x" }));
  await Promise.all([count(40), count(40), count(40), count(40)]);
  expect(await readFile(join(folder, "counter"), "utf8")).toBe("160");
  expect(await readdir(folder)).toEqual(["counter", "lock.201"]);
});

test("calls of one process wait for each other", async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push(`${name} ends`);
  };
  await Promise.all([withLock(folder, 5_000, work("a")), withLock(folder, 5_000, work("b"))]);
  expect(order.map((line) => line.slice(2))).toEqual(["begins", "ends", "begins", "ends"]);
});

test("a lock is free after its work failed", async () => {
  await expect(withLock(folder, 1_000, () => Promise.reject(new Error("no")))).rejects.toThrow(
    "no",
  );
  expect(await withLock(folder, 1_000, async () => 7)).toBe(7);
});

test("the lock of a living process is waited for, no longer than allowed", async () => {
  await writeFile(join(folder, "lock.1"), JSON.stringify(await thisProcess()));
  const late = withLock(folder, 200, async () => undefined);
  await expect(late).rejects.toThrow(`Process ${process.pid} has held the lock`);
});

test("a pid that another process has now does not hold the lock", async () => {
  const me = await thisProcess();
  await writeFile(join(folder, "lock.1"), JSON.stringify({ ...me, started: "earlier" }));
  expect(await withLock(folder, 1_000, async () => 7)).toBe(7);
});

test("a lock file whose writer died before its content was there is given up after two seconds", async () => {
  const file = join(folder, "lock.1");
  await writeFile(file, "");
  await expect(withLock(folder, 100, async () => 7)).rejects.toThrow("has held the lock");
  const past = new Date(Date.now() - 3_000);
  await utimes(file, past, past);
  expect(await withLock(folder, 1_000, async () => 7)).toBe(7);
});
