import type { DiffLine } from "#components/versions/line-diff.ts";
import { lineDiff } from "#components/versions/line-diff.ts";
import type { PlanItem } from "#lib/bundles/schema.ts";

function linesOf(value: unknown): string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.split("\n").map((line) => `  ${line}`);
}

/** The places where an item differs, each with its old and its new value, as lines to compare. */
export function changeLines(changes: PlanItem["changes"]): DiffLine[] {
  return changes.flatMap(({ pointer, kind, ...values }): DiffLine[] => [
    { kind: "same", text: pointer === "" ? "/" : pointer },
    ...lineDiff(
      kind === "added" ? [] : linesOf(values.old),
      kind === "removed" ? [] : linesOf(values.new),
    ),
  ]);
}
