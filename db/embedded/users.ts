import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, parseLife, thisProcess } from "./processes.ts";

/** Notes that this process uses the server; one file per call. Call it under the lock. */
export async function addUser(home: string): Promise<string> {
  const folder = join(home, "users");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const me = await thisProcess();
  const file = join(folder, `${me.pid}-${randomUUID()}`);
  await writeFile(file, JSON.stringify(me), { flag: "wx", mode: 0o600 });
  return file;
}

/** How many uses by living processes there are; forgets those of the dead. Call it under the lock. */
export async function countUsers(home: string): Promise<number> {
  const folder = join(home, "users");
  let living = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const life = parseLife(await readFile(join(folder, name), "utf8").catch(() => ""));
    if (life && (await isAlive(life))) living += 1;
    else await rm(join(folder, name), { force: true });
  }
  return living;
}
