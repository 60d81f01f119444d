import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Ubuntu's package without snapd is a script that only fails, so a file alone proves nothing. */
function answers(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/** The path of a Chromium that the system provides and that runs, or undefined. */
export function findChromium(): string | undefined {
  const folders = new Set(["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)]);
  return names
    .flatMap((name) => [...folders].map((folder) => join(folder, name)))
    .find((path) => existsSync(path) && answers(path));
}
