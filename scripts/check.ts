import { capture, type Ended, programOf } from "./run.ts";

interface Check {
  name: string;
  run: () => Promise<Ended>;
}

const program = (packageName: string, name: string, ...args: string[]): Check["run"] => {
  return () => capture(programOf(packageName, name), args);
};

// tsc needs the route types and next-env.d.ts that Next generates and git ignores.
const types: Check[] = [
  { name: "next typegen", run: program("next", "next", "typegen") },
  { name: "tsc", run: program("typescript", "tsc", "--noEmit") },
];

const light: Check[] = [
  {
    name: "biome",
    run: program("@biomejs/biome", "biome", "ci", "--error-on-warnings", "--colors=off"),
  },
  { name: "dependency-cruiser", run: program("dependency-cruiser", "depcruise", ".") },
  { name: "knip", run: program("knip", "knip", "--no-progress") },
];

/** Runs one check after the other, whatever each says; returns how many failed. */
async function runLane(checks: readonly Check[]): Promise<number> {
  let failed = 0;
  for (const { name, run } of checks) {
    const { code, output, durationMs } = await run();
    const verdict = code === 0 ? "pass" : "FAIL";
    console.log(`${verdict}  ${name.padEnd(20)}${(durationMs / 1000).toFixed(1).padStart(6)} s`);
    if (code !== 0) {
      failed += 1;
      console.log(output.trimEnd());
    }
  }
  return failed;
}

// Two lanes, because the type check alone takes as long as the rest together.
const failures = await Promise.all([runLane(types), runLane(light)]);
const failed = failures.reduce((sum, count) => sum + count, 0);
const total = types.length + light.length;
console.log(`checks: ${total - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
