import { writeFileSync } from "node:fs";

/** What a stage of `npm test` counted, and what its closing lines have to name. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** A line for each test that failed, was skipped, or passed only when it was tried again. */
  notes: string[];
}

/** Writes a runner's tally to where scripts/test.ts looks for it. */
export function writeTally(tally: Tally): void {
  const file = process.env.TEST_TALLY_FILE;
  if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
}
