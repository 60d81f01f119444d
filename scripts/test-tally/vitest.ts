import { relative } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import { type Tally, writeTally } from "./tally.ts";

function count(tally: Tally, module: TestModule): void {
  const file = relative(process.cwd(), module.moduleId);
  for (const error of module.errors()) {
    tally.failed += 1;
    tally.notes.push(`FAIL   ${file}: ${error.message}`);
  }
  for (const test of module.children.allTests()) {
    const name = `${file} › ${test.fullName}`;
    const { state } = test.result();
    if (state === "passed") {
      tally.passed += 1;
      if (test.diagnostic()?.flaky) tally.notes.push(`flaky  ${name}`);
    } else if (state === "failed") {
      tally.failed += 1;
      tally.notes.push(`FAIL   ${name}`);
    } else {
      tally.skipped += 1;
      tally.notes.push(`skip   ${name}`);
    }
  }
}

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] };
    for (const module of modules) count(tally, module);
    tally.failed += unhandled.length;
    for (const error of unhandled) tally.notes.push(`FAIL   outside of a test: ${error.message}`);
    writeTally(tally);
  }
}
