import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A file of lib/tools that a thread starts with: a bundler moves this module, but not that file. */
export function threadFile(path: string): URL {
  const beside = import.meta.dirname ? join(import.meta.dirname, path) : "";
  const file = existsSync(beside) ? beside : join(process.cwd(), "lib", "tools", path);
  return pathToFileURL(file);
}
