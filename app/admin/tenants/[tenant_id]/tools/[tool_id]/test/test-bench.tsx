"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Label } from "#components/ui/label.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { ApiError, messageOf } from "#lib/client/api-error.ts";
import { testTool } from "#lib/client/tools.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { ToolExample } from "#lib/tools/bench/example-schema.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { ArgumentFields } from "./argument-fields.tsx";
import { argumentsOf } from "./argument-kind.ts";
import { ExampleList } from "./example-list.tsx";
import { TestOutcome } from "./test-outcome.tsx";

type TestBenchProps = {
  tool: Pick<Tool, "tenant_id" | "tool_id">;
  /** The revision that is tried. */
  revision: number;
  /** Its arguments: a JSON Schema of type object. */
  schema: JsonObject;
  /** Arguments to start from. */
  start: JsonObject;
  examples: ToolExample[];
};

type Mode = "form" | "json";

const modes = [
  { value: "form", label: "Form" },
  { value: "json", label: "JSON" },
] as const;

/** Tries a revision of a tool, saves runs as examples, and replays them. */
export function TestBench({ tool, revision, schema, start, examples }: TestBenchProps) {
  const queries = useQueryClient();
  const hasFields = argumentsOf(schema, schema).length > 0;
  const [mode, setMode] = useState<Mode>(hasFields ? "form" : "json");
  const [args, setArgs] = useState(start);
  const [text, setText] = useState(() => JSON.stringify(start, null, 2));
  // Fields keep what is typed; new arguments from elsewhere need new fields.
  const [round, setRound] = useState(0);
  const run = useMutation({
    mutationFn: (given: JsonObject) =>
      testTool(tool.tenant_id, tool.tool_id, { arguments: given, revision }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["usage", tool.tenant_id] }),
  });
  const typed = toObject(text);
  const given = mode === "form" ? args : typed;

  function show(next: JsonObject) {
    setArgs(next);
    setText(JSON.stringify(next, null, 2));
    setRound((before) => before + 1);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (given !== null) run.mutate(given);
  }

  return (
    // On phones the outcome follows the arguments; the examples come last.
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2 lg:grid-rows-[auto_1fr]">
      <Card>
        <CardHeader>
          <CardTitle>Arguments</CardTitle>
          {hasFields && (
            <Segmented
              label="Write arguments as"
              options={modes}
              value={mode}
              onValueChange={(next) => {
                if (next === "json") setText(JSON.stringify(args, null, 2));
                else if (typed) show(typed);
                setMode(next);
              }}
            />
          )}
          <CardDescription>
            A real call: it reaches what the tool reaches, and is metered. Nobody is asked to
            confirm it.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <form onSubmit={submit} noValidate className="flex flex-col gap-4">
            {mode === "form" ? (
              <ArgumentFields
                key={round}
                schema={schema}
                root={schema}
                value={args}
                onChange={setArgs}
              />
            ) : (
              <div className="flex flex-col gap-2">
                <Label htmlFor="arguments">Arguments as JSON</Label>
                <Textarea
                  id="arguments"
                  value={text}
                  spellCheck={false}
                  aria-invalid={typed === null || undefined}
                  aria-describedby={typed === null ? "arguments-error" : undefined}
                  onChange={({ target }) => setText(target.value)}
                  className="max-h-96 min-h-32 font-mono text-xs leading-5 touch:text-base"
                />
                {typed === null && (
                  <p id="arguments-error" className="text-destructive-text text-xs">
                    Not a JSON object yet.
                  </p>
                )}
              </div>
            )}
            <Button
              type="submit"
              className="self-start"
              disabled={given === null}
              pending={run.isPending}
            >
              <Play aria-hidden /> Run revision {revision}
            </Button>
          </form>
        </CardContent>
      </Card>
      <div
        aria-live="polite"
        aria-busy={run.isPending}
        className="min-w-0 lg:col-start-2 lg:row-span-2 lg:row-start-1"
      >
        {run.error && (
          <Alert tone="danger" title="It could not be run">
            {messageOf(run.error)}
            {run.error instanceof ApiError &&
              run.error.errors.map(({ pointer, message }) => (
                <p key={pointer}>
                  {pointer}: {message}
                </p>
              ))}
          </Alert>
        )}
        {run.data && !run.error && <TestOutcome tool={tool} test={run.data} args={run.variables} />}
        {!run.data && !run.error && (
          <p className="rounded-lg border border-dashed px-4 py-10 text-center text-muted-foreground text-sm">
            Run it to see the request, the response, the log, the time and the cost.
          </p>
        )}
      </div>
      <ExampleList {...{ tool, revision, examples }} onShow={({ arguments: next }) => show(next)} />
    </div>
  );
}

function toObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
