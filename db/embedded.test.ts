import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { chooseAccount } from "./embedded/account.ts";
import { readyBinaries, repair } from "./embedded/binaries.ts";
import { isPostgresOn } from "./embedded/processes.ts";
import { findFreePort, findServer, launchServer, stopServer } from "./embedded/server.ts";
import { type EmbeddedCluster, startEmbedded } from "./embedded.ts";

// Real servers on a busy machine: each test takes about a second on an idle one.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = promisify(execFile);
const settings = { shared_buffers: "8MB", max_connections: "20" };
const isRoot = process.geteuid?.() === 0;

let root: string;
/** Data folder with a cluster that no test starts; `freshCopy` gives each test its own. */
let template: string;
let copies = 0;
const children: ChildProcess[] = [];
const homes = new Set<string>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tausestack-embedded-"));
  await chmod(root, 0o755);
  template = join(root, "template");
  await (await startEmbedded({ dir: template, settings })).release();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const home of homes) await stopServer(join(home, "data"));
  homes.clear();
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function homeOf(dir: string): string {
  const home = join(dir, "postgres");
  homes.add(home);
  return home;
}

function freshFolder(): string {
  copies += 1;
  return join(root, String(copies));
}

async function freshCopy(): Promise<string> {
  const dir = freshFolder();
  // Unlike fs.cp it keeps the owner, who is not root when root runs the tests.
  await run("cp", ["-a", template, dir]);
  homeOf(dir);
  return dir;
}

function start(dir: string): Promise<EmbeddedCluster> {
  homeOf(dir);
  return startEmbedded({ dir, settings });
}

/** A process of its own that uses the cluster until told to release it. */
interface User {
  child: ChildProcess;
  url: Promise<string>;
  release(): Promise<void>;
  kill(): Promise<void>;
}

function spawnUser(dir: string): User {
  homeOf(dir);
  const script = `
    process.on("SIGINT", () => undefined);
    const { startEmbedded } = await import(${JSON.stringify(new URL("./embedded.ts", import.meta.url))});
    const cluster = await startEmbedded(${JSON.stringify({ dir, settings })});
    process.stdin.once("data", () => cluster.release().then(() => process.exit(0)));
    console.log(cluster.url);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  children.push(child);
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const url = new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`The user ended with ${code}`)));
  });
  url.catch(() => undefined);
  return {
    child,
    url,
    async release() {
      child.stdin.write("release\n");
      await exit;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function pidOn(dir: string): Promise<number> {
  const server = await findServer(join(dir, "postgres/data"));
  if (!server) throw new Error("No server runs");
  return server.pid;
}

test("two processes that start an empty folder at once share one server until the last releases", async () => {
  const dir = freshFolder();
  const [first, second] = [spawnUser(dir), spawnUser(dir)];
  const url = await first.url;
  expect(await second.url).toBe(url);
  await query(url, "create table shared as select 1 as n");
  await first.release();
  expect(await query(url, "select n from shared")).toEqual([{ n: 1 }]);
  const pid = await pidOn(dir);
  await second.release();
  expect(await isPostgresOn(pid, join(dir, "postgres/data"))).toBe(false);
  expect(await readdir(join(dir, "postgres/users"))).toEqual([]);
  await expect(query(url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("twelve uses in one process and two others never make a second server", async () => {
  const dir = await freshCopy();
  const others = [spawnUser(dir), spawnUser(dir)];
  const mine = await Promise.all(Array.from({ length: 12 }, () => start(dir)));
  const urls = [...mine.map(({ url }) => url), ...(await Promise.all(others.map((o) => o.url)))];
  expect(new Set(urls).size).toBe(1);
  await Promise.all([...mine, ...others].map((use) => use.release()));
  expect(await findServer(join(dir, "postgres/data"))).toBeNull();
});

test("releasing twice counts once", async () => {
  const dir = await freshCopy();
  const [one, two] = [await start(dir), await start(dir)];
  await Promise.all([one.release(), one.release()]);
  await one.release();
  expect(await query(two.url, "select 1 as n")).toEqual([{ n: 1 }]);
  await two.release();
});

test("the server outlives a killed user and the next start adopts it, then stops it", async () => {
  const dir = await freshCopy();
  const user = spawnUser(dir);
  const url = await user.url;
  const pid = await pidOn(dir);
  await user.kill();
  const next = await start(dir);
  expect(next.url).toBe(url);
  expect(await pidOn(dir)).toBe(pid);
  await next.release();
  expect(await isPostgresOn(pid, join(dir, "postgres/data"))).toBe(false);
});

test("the terminal's Ctrl-C does not reach the server", async () => {
  const dir = await freshCopy();
  const user = spawnUser(dir);
  const url = await user.url;
  process.kill(-Number(user.child.pid), "SIGINT");
  await sleep(200);
  expect(await query(url, "select 1 as n")).toEqual([{ n: 1 }]);
  await user.release();
});

test("a start at once after kill -9 of the server finds every committed row", async () => {
  const dir = await freshCopy();
  const before = await start(dir);
  await query(before.url, "create table kept (n int)");
  const sql = postgres(before.url, { max: 4, onnotice: () => undefined });
  let committed = 0;
  const writing = Promise.allSettled(
    Array.from({ length: 4 }, async () => {
      for (;;) {
        await sql`insert into kept values (1)`;
        committed += 1;
        if (committed === 100) process.kill(await pidOn(dir), "SIGKILL");
      }
    }),
  );
  while (committed < 100) await sleep(1);
  await sleep(1);
  const after = await start(dir);
  await sql.end({ timeout: 0 });
  await writing;
  const [row] = await query(after.url, "select count(*)::int as n from kept");
  expect(row?.n).toBeGreaterThanOrEqual(committed);
  await Promise.all([before.release(), after.release()]);
});

test("kill -9 of the user while it starts the server leaves the next start nothing to wait for", async () => {
  const dir = await freshCopy();
  const user = spawnUser(dir);
  const log = join(dir, "postgres/start.log");
  await rm(log, { force: true });
  while (!existsSync(log)) await sleep(1);
  await user.kill();
  const next = await start(dir);
  expect(await query(next.url, "select 1 as n")).toEqual([{ n: 1 }]);
  await next.release();
});

test("a cluster that was only half made is discarded", async () => {
  const dir = freshFolder();
  const home = homeOf(dir);
  const user = spawnUser(dir);
  const halves = async () =>
    (await readdir(home).catch(() => [])).filter((name) => name.startsWith("init-"));
  const isUnderWay = async () => {
    const [half] = await halves();
    return half !== undefined && existsSync(join(home, half, "data/PG_VERSION"));
  };
  while (!(await isUnderWay())) await sleep(5);
  await user.kill();
  expect(existsSync(join(home, "data"))).toBe(false);
  const cluster = await start(dir);
  expect(await query(cluster.url, "select 1 as n")).toEqual([{ n: 1 }]);
  expect(await halves()).toEqual([]);
  await cluster.release();
});

test("a stale postmaster.pid that names another process of PostgreSQL's user does not block", async () => {
  const dir = await freshCopy();
  const data = join(dir, "postgres/data");
  const { uid, gid } = await stat(data);
  const unrelated = spawn("sleep", ["60"], { uid, gid, cwd: "/" });
  children.push(unrelated);
  await once(unrelated, "spawn");
  const file = `${unrelated.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`;
  await writeFile(join(data, "postmaster.pid"), file);
  const cluster = await start(dir);
  expect(await query(cluster.url, "select 1 as n")).toEqual([{ n: 1 }]);
  await cluster.release();
  expect(unrelated.exitCode ?? unrelated.signalCode).toBeNull();
});

test("a pid that another process has now is no user of the server", async () => {
  const dir = await freshCopy();
  const cluster = await start(dir);
  const [name = ""] = await readdir(join(dir, "postgres/users"));
  const mine = await readFile(join(dir, "postgres/users", name), "utf8");
  const earlier = JSON.stringify({ ...JSON.parse(mine), started: "before" });
  await writeFile(join(dir, "postgres/users", `${process.pid}-earlier`), earlier);
  const pid = await pidOn(dir);
  await cluster.release();
  expect(await isPostgresOn(pid, cluster.dataDir)).toBe(false);
});

test("a port that was taken in the meantime, or is lost in the race for it, does not matter", async () => {
  const dir = await freshCopy();
  const first = await start(dir);
  const port = Number(new URL(first.url).port);
  await first.release();
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  const second = await start(dir);
  expect(Number(new URL(second.url).port)).not.toBe(port);
  await second.release();

  const home = join(dir, "postgres");
  const account = await chooseAccount(join(home, "data"));
  const binaries = await readyBinaries(home, account);
  const ports = [port, await findFreePort()];
  const choosePort = async () => ports.shift() ?? 0;
  const server = await launchServer({ home, binaries, account, settings, choosePort });
  expect(server).toMatchObject({ phase: "ready" });
  expect(server.port).not.toBe(port);
  expect(ports).toEqual([]);
  await stopServer(join(home, "data"));
  other.close();
});

test("a server that cannot start says why, in its log's words, and leaves no user behind", async () => {
  const dir = await freshCopy();
  const wrong = startEmbedded({
    dir,
    settings: { ...settings, shared_preload_libraries: "absent" },
  });
  await expect(wrong).rejects.toThrow(/does not start[\s\S]*could not access file "absent"/);
  expect(await readdir(join(dir, "postgres/users"))).toEqual([]);
  const unsafe = startEmbedded({ dir, settings: { fsync: "off" } });
  await expect(unsafe).rejects.toThrow("The setting fsync cannot be changed");
  const cluster = await start(dir);
  await cluster.release();
});

test("the server is durable, answers on loopback by password alone, in UTF-8, and keeps its secret", async () => {
  const dir = await freshCopy();
  const cluster = await start(dir);
  const [row] = await query(
    cluster.url,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
       current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
       current_setting('server_encoding') as encoding, current_database() as name,
       lower('ÑÉ') as lower, rolpassword like 'SCRAM-SHA-256$%' as scram
     from pg_authid where rolname = current_user`,
  );
  expect(row).toEqual({
    fsync: "on",
    commit: "on",
    listen: "127.0.0.1",
    sockets: "",
    encoding: "UTF8",
    name: "tausestack",
    lower: "ñé",
    scram: true,
  });
  const url = new URL(cluster.url);
  url.password = "guess";
  await expect(query(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  const home = join(dir, "postgres");
  const mode = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await mode(join(home, "password"))).toBe(0o600);
  expect(await mode(cluster.dataDir)).toBe(0o700);
  expect((await mode(home)) & 0o067).toBe(0);
  await cluster.release();
});

test("a dropped database is made again", async () => {
  const dir = await freshCopy();
  const first = await start(dir);
  const maintenance = new URL(first.url);
  maintenance.pathname = "/postgres";
  await query(maintenance.href, "drop database tausestack");
  const second = await start(dir);
  expect(await query(second.url, "select 1 as n")).toEqual([{ n: 1 }]);
  await Promise.all([first.release(), second.release()]);
});

test("programs without execute bits and libraries without links, as npm --ignore-scripts leaves them, are mended", async () => {
  const home = freshFolder();
  const { postgres: program } = await readyBinaries(home, {});
  const native = join(home, "copy");
  await cp(join(dirname(program), ".."), native, { recursive: true, verbatimSymlinks: true });
  for (const entry of await readdir(join(native, "lib"), { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(native, "lib", entry.name));
  }
  const copy = join(native, "bin/postgres");
  await chmod(copy, 0o644);
  await expect(run(copy, ["--version"])).rejects.toThrow();
  await repair(native);
  expect((await run(copy, ["--version"])).stdout).toMatch(/^postgres \(PostgreSQL\) 18/);
});

test.runIf(isRoot)(
  "root keeps the cluster elsewhere when PostgreSQL's user cannot reach the folder, and finds it again",
  {
    timeout: 30_000,
  },
  async () => {
    const closed = await mkdtemp(join(root, "closed-"));
    const dir = join(closed, "data");
    const first = await startEmbedded({ dir, settings });
    const home = dirname(first.dataDir);
    homes.add(home);
    try {
      expect(first.dataDir).toMatch(/^\/var\/lib\/tausestack\/[0-9a-f]{16}\/data$/);
      await query(first.url, "create table kept as select 1 as n");
      await first.release();
      const second = await startEmbedded({ dir, settings });
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(second.url, "select n from kept")).toEqual([{ n: 1 }]);
      await second.release();
    } finally {
      await stopServer(first.dataDir);
      await rm(home, { recursive: true, force: true });
    }
    await expect(startEmbedded({ dir, settings })).rejects.toThrow("that folder is gone");
  },
);
