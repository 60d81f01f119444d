import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const sources = ["app", "components", "lib", "db"];
const files = [
  "instrumentation-client.ts",
  "next.config.ts",
  "package.json",
  "package-lock.json",
  "postcss.config.mjs",
];

/** SHA-256 over everything that `next build` reads. */
async function fingerprint(root: string): Promise<string> {
  const found: string[] = [...files];
  for (const folder of sources) {
    for (const entry of await readdir(join(root, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (entry.isFile() && !entry.name.includes(".test.")) {
        found.push(join(entry.parentPath, entry.name).slice(root.length + 1));
      }
    }
  }
  const hash = createHash("sha256");
  for (const file of found.sort()) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest("hex");
}

/** Builds the pages when there is no build of these very sources. */
export async function ensureBuild(root: string, say: (line: string) => void): Promise<void> {
  const stamp = join(root, ".next", "tausestack-sources");
  const current = await fingerprint(root);
  const built = existsSync(stamp) && existsSync(join(root, ".next", "BUILD_ID"));
  if (built && readFileSync(stamp, "utf8") === current) return;
  say("Building the console; this happens once for each version …");
  await run(root);
  writeFileSync(stamp, current);
}

function run(root: string): Promise<void> {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  // A service manager's signal reaches us alone, and the build must not go on without us.
  const stop = () => {
    child.kill();
    process.exit(143);
  };
  process.once("SIGTERM", stop);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      process.off("SIGTERM", stop);
      if (code === 0) resolve();
      else reject(new Error(`next build failed:\n${Buffer.concat(output).toString("utf8")}`));
    });
  });
}
