import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { admit, canEnter, chooseAccount, isRoot } from "./account.ts";
import { withLock } from "./lock.ts";
import { stopServer } from "./server.ts";

const SYSTEM_FOLDER = "/var/lib/tausestack";
const LOCK_WAIT_MS = 30_000;

/**
 * The folder that holds everything of one cluster: `<dir>/postgres`, made when missing. Where root
 * runs in a folder that PostgreSQL's user cannot reach, it is one under /var/lib/tausestack, and
 * `<dir>/postgres/location` names it. Real path.
 */
export async function findHome(dir: string, log: (message: string) => void): Promise<string> {
  const local = join(dir, "postgres");
  await mkdir(local, { recursive: true, mode: 0o700 });
  const here = await realpath(local);
  if (isSettled(here)) return readLocation(here);
  if (!isRoot()) return here;
  return withLock(here, LOCK_WAIT_MS, async () => {
    if (isSettled(here)) return readLocation(here);
    const account = await chooseAccount(join(here, "data"));
    await admit(account, await realpath(dir));
    await admit(account, here);
    if (await canEnter(account, here)) return here;
    return settleElsewhere(here, log);
  });
}

function isSettled(here: string): boolean {
  return existsSync(join(here, "data")) || existsSync(join(here, "location"));
}

async function readLocation(here: string): Promise<string> {
  const record = join(here, "location");
  if (!existsSync(record)) return here;
  const home = (await readFile(record, "utf8")).trim();
  if (existsSync(home)) return home;
  // An empty database in its place would look like lost data only much later.
  throw new Error(
    `The database is in ${home}, as ${record} says, but that folder is gone. ` +
      "Bring it back, or remove the record to begin with an empty database.",
  );
}

async function settleElsewhere(here: string, log: (message: string) => void): Promise<string> {
  const name = createHash("sha256").update(here).digest("hex").slice(0, 16);
  const home = join(SYSTEM_FOLDER, name);
  if (existsSync(home)) {
    // What is left of a project's folder that was removed; it is kept, but out of the way.
    const aside = `${home}-${Date.now()}`;
    await stopServer(join(home, "data"));
    await rename(home, aside);
    log(`Moved the database of a removed folder aside to ${aside}`);
  }
  await mkdir(home, { recursive: true, mode: 0o711 });
  // Whatever the umask was.
  await chmod(SYSTEM_FOLDER, 0o711);
  await chmod(home, 0o711);
  const record = join(here, "location");
  await writeFile(`${record}.new`, `${home}\n`, { mode: 0o600 });
  await rename(`${record}.new`, record);
  log(`PostgreSQL's user cannot reach ${here}: the database is in ${home}`);
  return home;
}
