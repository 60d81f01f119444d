import { existsSync, statSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./run.ts";

const sources = [
  "{app,components,lib,db,pages,public}/**/*",
  "*.config.{ts,mjs}",
  "instrumentation*.ts",
  "package-lock.json",
  "tsconfig.json",
];

/** Whether Next's build is there and newer than everything that goes into it. */
export async function isBuildCurrent(): Promise<boolean> {
  const stamp = join(root, ".next/BUILD_ID");
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  for await (const path of glob(sources, { cwd: root })) {
    if (path.includes(".test.")) continue;
    if (statSync(join(root, path)).mtimeMs > builtAt) return false;
  }
  return true;
}
