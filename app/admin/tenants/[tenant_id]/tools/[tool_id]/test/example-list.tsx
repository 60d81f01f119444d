"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ListChecks, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { messageOf } from "#lib/client/api-error.ts";
import { deleteExample, runExamples } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ExampleRun, ToolExample } from "#lib/tools/bench/example-schema.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { expectations } from "./save-example.tsx";

type ExampleListProps = {
  tool: Pick<Tool, "tenant_id" | "tool_id">;
  /** What they are replayed against. */
  revision: number;
  examples: ToolExample[];
  /** Fills an example's arguments in. */
  onShow: (example: ToolExample) => void;
};

/** The tool's examples: its own regression test. */
export function ExampleList({ tool, revision, examples, onShow }: ExampleListProps) {
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => runExamples(tool.tenant_id, tool.tool_id, { revision }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["usage", tool.tenant_id] }),
  });
  const run = replay.data?.revision === revision ? replay.data : undefined;
  const runs = new Map(run?.results.map((each) => [each.example_id, each]));
  return (
    <Card>
      <CardHeader>
        <CardTitle>Examples</CardTitle>
        {examples.length > 0 && (
          <Button
            variant="outline"
            size="sm"
            aria-label={`Run all against revision ${revision}`}
            pending={replay.isPending}
            onClick={() => replay.mutate()}
          >
            <ListChecks aria-hidden /> Run all
          </Button>
        )}
        <CardDescription>Runs that were saved, with what is expected of each.</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <div aria-live="polite" className="empty:hidden">
          {run && (
            <p className="text-sm">
              <Badge tone={run.failed > 0 ? "danger" : "success"} dot>
                {run.passed} of {run.results.length} pass
              </Badge>
            </p>
          )}
          {replay.error && (
            <Alert tone="danger" title="They could not be run">
              {messageOf(replay.error)}
            </Alert>
          )}
        </div>
        {examples.length === 0 ? (
          <p className="text-muted-foreground text-sm">
            None yet. Run the tool, and save the run as an example.
          </p>
        ) : (
          <ul aria-label="Examples" className="flex flex-col divide-y">
            {examples.map((example) => (
              <ExampleItem
                key={example.example_id}
                {...{ tool, example, onShow }}
                run={runs.get(example.example_id)}
              />
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}

type ExampleItemProps = Pick<ExampleListProps, "tool" | "onShow"> & {
  example: ToolExample;
  run: ExampleRun | undefined;
};

function ExampleItem({ tool, example, onShow, run }: ExampleItemProps) {
  const remove = useChange(() => deleteExample(tool.tenant_id, tool.tool_id, example.example_id));
  const { name, expectation } = example;
  const words = expectations.find(({ value }) => value === expectation.mode)?.label;
  return (
    <li className="flex min-w-0 flex-col gap-1.5 py-2.5 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <p className="flex flex-wrap items-center gap-2 text-sm [overflow-wrap:anywhere]">
            {name}
            {run && (
              <Badge tone={run.passed ? "success" : "danger"}>
                {run.passed ? "Passed" : "Failed"}
              </Badge>
            )}
          </p>
          <p className="text-muted-foreground text-xs">
            {words}
            {run && `, ${formatValue(run.duration_ms, "ms")}`}
          </p>
        </div>
        <Button
          variant="ghost"
          size="sm"
          aria-label={`Fill in ${name}`}
          onClick={() => onShow(example)}
        >
          Fill in
        </Button>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Delete ${name}`}
          pending={remove.isPending}
          onClick={() =>
            remove.mutate(undefined, {
              onSuccess: () => toast.success(`${name} is deleted`),
              onError: (error) => toast.error(messageOf(error)),
            })
          }
        >
          <Trash2 aria-hidden />
        </Button>
      </div>
      {run && !run.passed && (
        <ul className="flex flex-col gap-0.5 rounded-md bg-destructive-subtle px-3 py-2 text-destructive-text text-xs">
          {run.problems.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`} className="[overflow-wrap:anywhere]">
              <code className="font-mono">{pointer || "result"}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
