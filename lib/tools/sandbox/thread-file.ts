import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A file of this folder that a thread starts with: a bundler moves this module, but not that file. */
export function threadFile(name: string): URL {
  const beside = import.meta.dirname ? join(import.meta.dirname, name) : "";
  const file = existsSync(beside) ? beside : join(process.cwd(), "lib", "tools", "sandbox", name);
  return pathToFileURL(file);
}
