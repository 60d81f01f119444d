import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Account, admit, giveTo } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { programEnvironment } from "./environment.ts";

const run = promisify(execFile);
const INITDB_LIMIT_MS = 180_000;

/** The superuser's password of a cluster that exists. */
export async function readPassword(home: string): Promise<string> {
  const file = join(home, "password");
  const password = (await readFile(file, "utf8").catch(() => "")).trim();
  if (password) return password;
  throw new Error(`${file} is missing: without it the database in ${home} cannot be opened`);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

/**
 * Makes `<home>/data`, whole or not at all: initdb works in a folder of its own, which is renamed
 * when it is done and synced. What an interrupted one left is removed. Call it under the lock.
 */
export async function createCluster(
  home: string,
  binaries: Binaries,
  account: Account,
): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith("init-")) continue;
    // An initdb that outlived its Node may be writing still; it fails when its folder is gone.
    const leftover = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 };
    await rm(join(home, name), leftover);
  }
  const password = randomBytes(24).toString("base64url");
  await rm(join(home, "password"), { force: true });
  await writeFile(join(home, "password"), `${password}\n`, { flag: "wx", mode: 0o600 });

  const half = await mkdtemp(join(home, "init-"));
  const data = join(half, "data");
  const passwordFile = join(half, "password");
  await admit(account, half);
  await mkdir(data, { mode: 0o700 });
  await giveTo(account, data);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(account, passwordFile);
  const options = [
    `--pgdata=${data}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // PostgreSQL's own collation: no upgrade of the system's libc can break an index.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
  ];
  try {
    const how = { ...account, ...programEnvironment(), cwd: half, timeout: INITDB_LIMIT_MS };
    await run(binaries.initdb, options, how);
    await rename(data, join(home, "data"));
    await syncFolder(home);
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new Error(`PostgreSQL's initdb failed in ${home}: ${stderr?.trim() || message}`, {
      cause,
    });
  } finally {
    await rm(half, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

export function hasCluster(home: string): boolean {
  return existsSync(join(home, "data"));
}
