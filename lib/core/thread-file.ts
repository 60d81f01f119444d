import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A file that a thread starts with, by its place in the tree: a bundler, which may move the module
 * that asks, knows nothing of that file, and must not look for it.
 */
export function threadFile(place: string): URL {
  return pathToFileURL(join(process.cwd(), place));
}
