"use client";

import { DetailList } from "#components/shell/detail-list.tsx";
import { ToolResult } from "#components/tools/tool-result.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { ToolTest } from "#lib/tools/bench/schema.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { formatCost } from "./cost.ts";
import { SaveExampleButton } from "./save-example.tsx";
import { TraceView } from "./trace-view.tsx";

type TestOutcomeProps = {
  tool: Pick<Tool, "tenant_id" | "tool_id">;
  test: ToolTest;
  /** What it was called with. */
  args: JsonObject;
};

/** What a test came to: its time and cost, its result, and what happened in it. */
export function TestOutcome({ tool, test, args }: TestOutcomeProps) {
  const { result, trace, duration_ms, cost_micros, revision, error, needs_confirmation } = test;
  return (
    <div className="flex flex-col gap-4">
      <Card>
        <CardHeader>
          <CardTitle>Result</CardTitle>
          <SaveExampleButton tool={tool} args={args} result={result} />
        </CardHeader>
        <CardContent className="flex flex-col gap-4">
          <DetailList
            items={[
              { label: "Revision", value: revision ?? "Not saved" },
              { label: "Took", value: formatValue(duration_ms, "ms") },
              { label: "Cost", value: formatCost(cost_micros) },
              ...(error === null
                ? []
                : [{ label: "Error", value: <Badge tone="danger">{error}</Badge> }]),
              ...(needs_confirmation
                ? [{ label: "Confirmation", value: "A client would ask its user first" }]
                : []),
            ]}
          />
          <ToolResult result={result} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>What happened</CardTitle>
        </CardHeader>
        <CardContent>
          <TraceView entries={trace} />
        </CardContent>
      </Card>
    </div>
  );
}
