import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./install-chromium.ts";
import { follow, programOf, root, signalGroups } from "./run.ts";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

type Stage = () => Promise<Tally>;

const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };
const oneFailure: Tally = { passed: 0, failed: 1, skipped: 0 };

/** A runner that ends badly without a failed test (a broken setup, a crash) counts as one. */
function settle(code: number, report: string, read: (json: string) => Tally): Tally {
  const tally = existsSync(report) ? read(readFileSync(report, "utf8")) : nothing;
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function vitest(project: string): Stage {
  return async () => {
    const report = join(reports, `${project}.json`);
    const { code } = await follow(programOf("vitest", "vitest"), [
      "run",
      `--project=${project}`,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ]);
    return settle(code, report, (json) => {
      const result = JSON.parse(json) as Record<
        "numPassedTests" | "numFailedTests" | "numPendingTests" | "numTodoTests",
        number
      >;
      return {
        passed: result.numPassedTests,
        failed: result.numFailedTests,
        skipped: result.numPendingTests + result.numTodoTests,
      };
    });
  };
}

async function check(): Promise<Tally> {
  const { code } = await follow(join(root, "scripts/check.ts"), []);
  return code === 0 ? nothing : oneFailure;
}

async function build(): Promise<boolean> {
  const { code } = await follow(join(root, "scripts/build.ts"), []);
  return code === 0;
}

async function browser(): Promise<Tally> {
  if (!(await build())) {
    console.log("browser tests not run: the build failed");
    return oneFailure;
  }
  if (!ensureChromium()) {
    console.log("browser tests not run: no Chromium, and none could be installed");
    return oneFailure;
  }
  const report = join(reports, "browser.json");
  const { code } = await follow(
    programOf("@playwright/test", "playwright"),
    ["test", "--reporter=list,json"],
    { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  );
  return settle(code, report, (json) => {
    const { stats } = JSON.parse(json) as {
      stats: Record<"expected" | "unexpected" | "flaky" | "skipped", number>;
    };
    return {
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    };
  });
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
  const sum = { ...nothing };
  for (const [name, stage] of Object.entries(stages)) {
    if (!names.includes(name) || stoppedBy !== undefined) continue;
    console.log(`\n── ${name}`);
    const start = performance.now();
    const { passed, failed, skipped } = await stage();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    const verdict = failed === 0 ? "pass" : "FAIL";
    lines.push(
      `${verdict}  ${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`,
    );
  }
  console.log(`\n${lines.join("\n")}`);
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
