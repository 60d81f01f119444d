import { hkdfSync, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Keyring } from "./crypto.ts";
import { env } from "./env.ts";
import { singleton } from "./singleton.ts";

/** Writes `text` to a new file of mode 600, unless another process has made it meanwhile. */
function createOnce(file: string, text: string): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
}

function fromDataDir(): Buffer {
  const folder = env().TAUSESTACK_DATA_DIR;
  const file = join(folder, "secret.key");
  const read = () => Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  createOnce(file, `${randomBytes(32).toString("base64")}\n`);
  return read();
}

/** The deployment's sealing key: of the environment, else generated into the data directory. */
export const keyring = (): Keyring =>
  singleton("keyring", () => ({ current: env().TAUSESTACK_SECRET_KEY ?? fromDataDir() }));

/** A key for one purpose, derived from the sealing key; 64 hex digits. */
export function derivedSecret(purpose: string): string {
  const bytes = hkdfSync("sha256", keyring().current, "tausestack", purpose, 32);
  return Buffer.from(bytes).toString("hex");
}
