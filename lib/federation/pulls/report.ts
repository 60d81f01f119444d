import type { Outcome } from "./compare.ts";
import { type KindReport, mostTold } from "./schema.ts";

export function emptyReport(cursor: string | null): KindReport {
  return {
    ...{ new: 0, updated: 0, unchanged: 0, kept: 0, replaced: 0, failed: 0 },
    ...{ incremental: false, complete: false },
    ...{ cursor_before: cursor, cursor_after: cursor },
    ...{ conflicts: [], failures: [], error: null },
  };
}

/** What became of one page's entries. */
export interface PageResult {
  outcomes: { id: string; outcome: Outcome }[];
  failures: { id: string; reason: string }[];
}

/** Adds a page's results to a report, in words only up to its bound. */
export function addToReport(report: KindReport, { outcomes, failures }: PageResult): void {
  for (const { id, outcome } of outcomes) {
    report[outcome] += 1;
    const isConflict = outcome === "kept" || outcome === "replaced";
    if (isConflict && report.conflicts.length < mostTold) report.conflicts.push({ id, outcome });
  }
  report.failed += failures.length;
  for (const failure of failures) {
    if (report.failures.length === mostTold) break;
    report.failures.push({ id: failure.id, reason: failure.reason.slice(0, 500) });
  }
}
