import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findChromium } from "./chromium.ts";
import { programOf, root } from "./run.ts";

function run(command: string, args: readonly string[]): boolean {
  console.log(`Chromium: ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

/**
 * Sees to it that the browser tests find a Chromium: the system's, else Debian's package where we
 * may install it, else Playwright's own download. Returns whether there is one; says what it does.
 */
export function ensureChromium(): boolean {
  const present = findChromium();
  if (present !== undefined) {
    console.log(`Chromium: ${present}`);
    return true;
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    const installed = run("apt-get", ["update"]) && run("apt-get", ["install", "-y", "chromium"]);
    if (installed && findChromium() !== undefined) return true;
  }
  const own = [programOf("@playwright/test", "playwright"), "install", "chromium"];
  return run(process.execPath, isRoot ? [...own, "--with-deps"] : own);
}

if (import.meta.main) process.exitCode = ensureChromium() ? 0 : 1;
