import type { FullConfig, Reporter, Suite } from "@playwright/test/reporter";
import { type Tally, writeTally } from "./tally.ts";

export default class TallyReporter implements Reporter {
  #suite: Suite | undefined;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite;
  }

  onEnd(): void {
    const tally: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] };
    for (const test of this.#suite?.allTests() ?? []) {
      const name = test.titlePath().filter(Boolean).join(" › ");
      const outcome = test.outcome();
      if (outcome === "unexpected") {
        tally.failed += 1;
        tally.notes.push(`FAIL   ${name}`);
      } else if (outcome === "skipped") {
        tally.skipped += 1;
        tally.notes.push(`skip   ${name}`);
      } else {
        tally.passed += 1;
        if (outcome === "flaky") tally.notes.push(`flaky  ${name}`);
      }
    }
    writeTally(tally);
  }
}
