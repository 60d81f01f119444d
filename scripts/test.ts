import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./install-chromium.ts";
import { follow, programOf, root, signalGroups } from "./run.ts";
import type { Tally } from "./test-tally/tally.ts";

type Stage = () => Promise<Tally>;

const nothing: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] };

function failure(what: string): Tally {
  return { ...nothing, failed: 1, notes: [`FAIL   ${what}`] };
}

/** A runner that ends badly without a failed test (a broken setup, a crash) counts as one. */
function settle(name: string, code: number, report: string): Tally {
  const tally = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Tally) : nothing;
  if (code === 0 || tally.failed > 0) return tally;
  return {
    ...tally,
    failed: 1,
    notes: [...tally.notes, `FAIL   ${name}: the runner ended with ${code}`],
  };
}

function vitest(project: string): Stage {
  return async () => {
    const report = join(reports, `${project}.json`);
    const { code } = await follow(
      programOf("vitest", "vitest"),
      [
        "run",
        `--project=${project}`,
        "--reporter=default",
        "--reporter=./scripts/test-tally/vitest.ts",
      ],
      { TEST_TALLY_FILE: report },
    );
    return settle(project, code, report);
  };
}

async function check(): Promise<Tally> {
  const { code } = await follow(join(root, "scripts/check.ts"), []);
  return code === 0 ? nothing : failure("check: see above");
}

async function build(): Promise<boolean> {
  const { code } = await follow(join(root, "scripts/build.ts"), []);
  return code === 0;
}

async function browser(): Promise<Tally> {
  if (!(await build())) return failure("browser tests not run: the build failed");
  if (!ensureChromium()) {
    return failure("browser tests not run: no Chromium, and none could be installed");
  }
  const report = join(reports, "browser.json");
  const { code } = await follow(
    programOf("@playwright/test", "playwright"),
    ["test", "--reporter=list,./scripts/test-tally/playwright.ts"],
    { TEST_TALLY_FILE: report },
  );
  return settle("browser", code, report);
}

const stages: Readonly<Record<string, Stage>> = {
  check,
  unit: vitest("unit"),
  db: vitest("db"),
  api: vitest("api"),
  ...(existsSync(join(root, "e2e/conformance")) ? { conformance: vitest("conformance") } : {}),
  browser,
};

let stoppedBy: NodeJS.Signals | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stoppedBy = signal;
    signalGroups(signal);
    setTimeout(() => signalGroups("SIGKILL"), 10_000).unref();
  });
}

async function runStages(names: readonly string[]): Promise<Tally> {
  const lines: string[] = [];
  const sum = { ...nothing, notes: [] as string[] };
  for (const [name, stage] of Object.entries(stages)) {
    if (!names.includes(name) || stoppedBy !== undefined) continue;
    console.log(`\n── ${name}`);
    const start = performance.now();
    const { passed, failed, skipped, notes } = await stage();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.notes.push(...notes);
    const verdict = failed === 0 ? "pass" : "FAIL";
    lines.push(
      `${verdict}  ${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`,
    );
  }
  console.log(`\n${[...lines, ...sum.notes].join("\n")}`);
  return sum;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(", ")}; there are ${Object.keys(stages).join(", ")}.`);
  process.exit(2);
}

const reports = await mkdtemp(join(tmpdir(), "tausestack-test-"));
try {
  const { passed, failed, skipped } = await runStages(
    asked.length > 0 ? asked : Object.keys(stages),
  );
  if (stoppedBy !== undefined) console.log(`stopped by ${stoppedBy}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(reports, { recursive: true, force: true });
}
if (stoppedBy !== undefined) process.exit(128 + constants.signals[stoppedBy]);
