import { execFile } from "node:child_process";
import { chmod, chown, stat } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whom PostgreSQL's programs run as, to be spread into spawn options; empty: as this process. */
export interface Account {
  uid?: number;
  gid?: number;
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

async function findAccount(name: string): Promise<Account | null> {
  const { stdout } = await run("id", [name]).catch(() => ({ stdout: "" }));
  const [, uid, gid] = /^uid=(\d+)\D.*?gid=(\d+)/.exec(stdout) ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
}

async function findPostgresAccount(): Promise<Account | null> {
  return (await findAccount("postgres")) ?? (await findAccount("_postgres"));
}

async function createPostgresAccount(): Promise<Account> {
  const args = [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/bin/false",
    "postgres",
  ];
  const failure = await run("useradd", args).then(
    () => null,
    (error: Error) => error,
  );
  // Another process may have created it at the same time.
  const account = await findPostgresAccount();
  if (account) return account;
  throw new Error(
    "PostgreSQL refuses to run as root, and the system user `postgres` could not be created. " +
      "Create it, start as another user, or set DATABASE_URL to a server of your own.",
    { cause: failure },
  );
}

/**
 * PostgreSQL refuses to run as root: there it runs as the owner of its data, or else as the
 * system user `postgres`, which is created when missing.
 */
export async function chooseAccount(data: string): Promise<Account> {
  if (!isRoot()) return {};
  const owner = await stat(data).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await findPostgresAccount()) ?? createPostgresAccount();
}

/**
 * Lets the account's group pass through a folder of root's that no group has any right to, so
 * that nobody loses or gains anything but the account. Other folders are left as they are.
 */
export async function admit(account: Account, folder: string): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  const { mode, uid } = await stat(folder);
  if (uid !== 0 || (mode & 0o077) !== 0) return;
  await chown(folder, uid, account.gid);
  await chmod(folder, (mode & 0o7777) | 0o010);
}

/** Gives a new file or folder to the account. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(path, account.uid, account.gid);
}

/** Whether the account can reach the folder. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const script = 'cd "$1"';
  return run("/bin/sh", ["-c", script, "sh", folder], { ...account, cwd: "/" }).then(
    () => true,
    () => false,
  );
}
