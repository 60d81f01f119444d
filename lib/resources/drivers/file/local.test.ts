import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalStore, localStore } from "./local.ts";
import { filePath, stagedPrefix } from "./path.ts";
import { leadsTo, reaches } from "./reach.ts";

let base: string;
let root: string;
let store: LocalStore;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "files-"));
  root = join(base, "root");
  store = localStore(root);
  writeFileSync(join(base, "outside.txt"), "outside");
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const missing = { code: "not_found" };

async function write(path: string, text: string) {
  const staged = await store.stage(path, Buffer.from(text));
  try {
    const growth = await staged.growth();
    return { growth, entry: await staged.place() };
  } finally {
    await staged.discard();
  }
}

const text = async (path: string) => Buffer.from((await store.read(path, null)).bytes).toString();

test("a file is written, read whole and in part, listed, replaced and removed", async () => {
  expect(await write("a/b/c.txt", "hello")).toMatchObject({
    growth: 5,
    entry: { path: "a/b/c.txt", size: 5 },
  });
  expect(await text("a/b/c.txt")).toBe("hello");
  const part = await store.read("a/b/c.txt", { start: 1, end: 3 });
  expect(Buffer.from(part.bytes).toString()).toBe("ell");
  expect(part).toMatchObject({ size: 5, mimeType: "text/plain" });
  const before = await store.find("a/b/c.txt");
  expect(await write("a/b/c.txt", "hi")).toMatchObject({ growth: -3 });
  expect((await store.find("a/b/c.txt"))?.etag).not.toBe(before?.etag);
  expect(await store.list("a", { limit: 10 })).toMatchObject({
    entries: [{ path: "a/b/", kind: "folder" }],
    next_cursor: null,
  });
  expect(await store.measure()).toBe(2);
  expect(await store.remove("a/b/c.txt")).toBe(2);
  await expect(store.read("a/b/c.txt", null)).rejects.toMatchObject(missing);
  await expect(store.remove("a/b/c.txt")).rejects.toMatchObject(missing);
});

test("a root that does not exist yet is an empty folder", async () => {
  expect(await store.list("", { limit: 10 })).toEqual({ entries: [], next_cursor: null });
  expect(await store.find("x")).toBeNull();
  expect(existsSync(root)).toBe(false);
});

test("a long folder comes in pages that together are all of it", async () => {
  mkdirSync(root);
  for (let at = 0; at < 25; at++) writeFileSync(join(root, `f${String(at).padStart(2, "0")}`), "x");
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list("", { limit: 10, cursor });
    seen.push(...page.entries.map(({ path }) => path));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
});

test("no path that is accepted leads out of the root", async () => {
  mkdirSync(root);
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constantFrom("..", ".", "", "a", "outside.txt", "%2e%2e", "…", "C:"),
          fc.string({ unit: "grapheme", maxLength: 8 }),
        ),
        { minLength: 1, maxLength: 6 },
      ),
      fc.constantFrom("/", "//", "\\"),
      async (names, separator) => {
        const parsed = filePath.safeParse(names.join(separator));
        if (!parsed.success) return;
        expect(join(root, parsed.data).startsWith(`${root}/`)).toBe(true);
        await expect(store.read(parsed.data, null)).rejects.toMatchObject(missing);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  "../outside.txt",
  "/etc/passwd",
  "a/../../outside.txt",
  "a//b",
  "./a",
  "a/.",
  "a\\..\\b",
  "a\0b",
  "a/",
  "",
  `${stagedPrefix}x`,
  "x".repeat(256),
])("%j is no path of a file", (path) => expect(filePath.safeParse(path).success).toBe(false));

test("links that lead out are as if they were not there, to read, list, write and remove", async () => {
  await write("in/file.txt", "inside");
  symlinkSync(join(base, "outside.txt"), join(root, "link.txt"));
  symlinkSync(base, join(root, "up"));
  symlinkSync("/etc", join(root, "etc"));
  for (const path of ["link.txt", "up/outside.txt", "etc/passwd", "up/root/in/file.txt"]) {
    if (path !== "up/root/in/file.txt")
      await expect(store.read(path, null), path).rejects.toMatchObject(missing);
  }
  expect((await store.list("", { limit: 10 })).entries.map(({ path }) => path)).toEqual(["in/"]);
  await expect(store.list("etc", { limit: 10 })).rejects.toMatchObject(missing);
  await expect(store.stage("up/new.txt", Buffer.from("x"))).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(
    store
      .stage("link.txt", Buffer.from("x"))
      .then((staged) => staged.growth().finally(() => staged.discard())),
  ).rejects.toMatchObject({ code: "conflict" });
  await expect(store.remove("link.txt")).rejects.toMatchObject(missing);
  await expect(store.remove("up/outside.txt")).rejects.toMatchObject(missing);
  expect(readFileSync(join(base, "outside.txt"), "utf8")).toBe("outside");
  expect(readdirSync(base).sort()).toEqual(["outside.txt", "root"]);
});

test("a folder that is swapped for a link again and again never gives what is outside", async () => {
  mkdirSync(join(base, "secret"));
  writeFileSync(join(base, "secret", "f"), "secret");
  await write("d/f", "inside");
  let swapping = true;
  const ignoring = (step: () => void) => {
    try {
      step();
    } catch {
      // A write has made a folder of that name in between; the next round begins anew.
    }
  };
  const swap = (async () => {
    while (swapping) {
      ignoring(() => renameSync(join(root, "d"), join(root, `kept-${process.hrtime.bigint()}`)));
      ignoring(() => symlinkSync(join(base, "secret"), join(root, "d")));
      await new Promise(setImmediate);
      ignoring(() => rmSync(join(root, "d")));
      const kept = readdirSync(root).find((name) => name.startsWith("kept-"));
      if (kept) ignoring(() => renameSync(join(root, kept), join(root, "d")));
      await new Promise(setImmediate);
    }
  })();
  let reads = 0;
  // On a busy machine folders pile up, and each round takes longer.
  const endsAt = performance.now() + 5_000;
  try {
    for (let at = 0; at < 300 && performance.now() < endsAt; at++) {
      const got = await text("d/f").catch(() => null);
      if (got !== null) reads++;
      expect(got).not.toBe("secret");
      const staged = await store.stage("d/g", Buffer.from("mine")).catch(() => null);
      await staged?.place().catch(() => undefined);
      await staged?.discard();
      await store.remove("d/f2").catch(() => undefined);
    }
  } finally {
    swapping = false;
    await swap;
  }
  expect(readdirSync(join(base, "secret"))).toEqual(["f"]);
  expect(reads).toBeGreaterThan(0);
});

test("a write that is given up leaves the file as it was, and nothing beside it", async () => {
  await write("a.txt", "before");
  const staged = await store.stage("a.txt", Buffer.from("after"));
  await staged.discard();
  expect(await text("a.txt")).toBe("before");
  expect(readdirSync(root)).toEqual(["a.txt"]);
});

test("a write that is given up takes back the folders that it made, and no others", async () => {
  await (await store.stage("a/b/c.txt", Buffer.from("x"))).discard();
  expect(existsSync(root)).toBe(false);
  await write("a/kept.txt", "x");
  await (await store.stage("a/b/c/d.txt", Buffer.from("x"))).discard();
  expect(readdirSync(join(root, "a"))).toEqual(["kept.txt"]);
  await expect(store.stage("new/x/../../a/kept.txt/y", Buffer.from("x"))).rejects.toThrow();
  await expect(store.stage("a/kept.txt/y", Buffer.from("x"))).rejects.toMatchObject({
    code: "invalid_request",
  });
  expect(readdirSync(root)).toEqual(["a"]);
});

test("writes that are given up beside others never take the others' folder away", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const staged = await store.stage(`deep/er/f${at}`, Buffer.from("x"));
      if (at % 4 === 0) await staged.place();
      await staged.discard();
      if (at % 4 === 1) await (await store.stage(`other${at}/x/y`, Buffer.from("x"))).discard();
      return at % 4 === 0;
    }),
  );
  expect(readdirSync(join(root, "deep/er"))).toHaveLength(outcomes.filter(Boolean).length);
  expect(readdirSync(root)).toEqual(["deep"]);
});

test("readers meanwhile see one whole file or the other", async () => {
  const [one, two] = ["1".repeat(200_000), "2".repeat(200_000)];
  await write("a.txt", one);
  const writes = (async () => {
    for (let at = 0; at < 30; at++) await write("a.txt", at % 2 ? one : two);
  })();
  for (let at = 0; at < 60; at++) expect([one, two]).toContain(await text("a.txt"));
  await writes;
});

test("a pipe, a folder and a file in the place of a folder are refused, not waited for", async () => {
  await write("file", "x");
  execFileSync("mkfifo", [join(root, "pipe")]);
  await expect(store.read("pipe", null)).rejects.toMatchObject(missing);
  await write("folder/x", "x");
  await expect(store.read("folder", null)).rejects.toMatchObject(missing);
  await expect(store.stage("file/x", Buffer.from("x"))).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(store.remove("folder")).rejects.toMatchObject({ code: "conflict" });
});

test("a prefix is of whole names, and shows the way to itself", () => {
  const limits = [{ path_prefix: "reports/2026" }, { path_prefix: "pub" }];
  expect(["reports/2026", "reports/2026/x", "pub/a"].every((path) => reaches(limits, path))).toBe(
    true,
  );
  expect(
    ["reports", "reports/20266", "reports/2025/x", "public"].some((path) => reaches(limits, path)),
  ).toBe(false);
  expect([
    leadsTo(limits, ""),
    leadsTo(limits, "reports"),
    leadsTo(limits, "reports/2025"),
    leadsTo(limits, "rep"),
  ]).toEqual([true, true, false, false]);
});
