"use client";

import { Gauge, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { deleteLimit, putLimit } from "#lib/client/governance.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ToolLimitView } from "#lib/tools/governance/schema.ts";

const whose = [
  { value: "all", label: "All callers together" },
  { value: "each", label: "Each caller by itself" },
  { value: "agent", label: "One agent" },
];

const schema = z
  .object({
    whose: z.enum(["all", "each", "agent"]),
    agent: z.string().trim(),
    calls_per_minute: z.number().nullable(),
    calls_per_day: z.number().nullable(),
  })
  .refine((input) => input.whose !== "agent" || input.agent !== "", {
    path: ["agent"],
    message: "Enter the agent's id.",
  });

const empty = { whose: "all", agent: "", calls_per_minute: null, calls_per_day: null } as const;

function wordOf({ agent_id, tool_id }: ToolLimitView): string {
  const who =
    agent_id === null ? "All together" : agent_id === "*" ? "Each caller" : `Agent ${agent_id}`;
  return tool_id === null ? `${who}, over every tool` : who;
}

const byWord = (one: ToolLimitView, other: ToolLimitView) =>
  wordOf(one).localeCompare(wordOf(other), "en", { numeric: true });

type LimitsEditorProps = { tenantId: string; toolId: string; limits: ToolLimitView[] };

export function LimitsEditor({ tenantId, toolId, limits }: LimitsEditorProps) {
  const form = useZodForm(schema, empty);
  const save = useChange((input: z.output<typeof schema>) =>
    putLimit(tenantId, {
      tool_id: toolId,
      agent_id: input.whose === "all" ? null : input.whose === "each" ? "*" : input.agent,
      calls_per_minute: input.calls_per_minute,
      calls_per_day: input.calls_per_day,
    }),
  );
  const remove = useChange((limitId: string) => deleteLimit(tenantId, limitId));

  async function submit(input: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
      form.reset(empty);
      toast.success("The limit is saved");
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  const { control } = form;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Limits</CardTitle>
        <CardDescription>Every limit that fits a call holds. Days are UTC days.</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {limits.length > 0 && (
          <ul aria-label="Limits" className="flex flex-col divide-y rounded-md border">
            {limits.toSorted(byWord).map((limit) => (
              <li
                key={limit.limit_id}
                className="flex items-center justify-between gap-3 px-3 py-1.5 text-sm"
              >
                <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 [overflow-wrap:anywhere]">
                  {wordOf(limit)}
                  {limit.calls_per_minute !== null && (
                    <Badge>{limit.calls_per_minute} a minute</Badge>
                  )}
                  {limit.calls_per_day !== null && <Badge>{limit.calls_per_day} a day</Badge>}
                </span>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  disabled={remove.isPending}
                  aria-label={`Remove the limit: ${wordOf(limit)}`}
                  onClick={() =>
                    remove.mutate(limit.limit_id, {
                      onError: (error) => toast.error(messageOf(error)),
                    })
                  }
                >
                  <Trash2 aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Form form={form} onSubmit={submit}>
          <SelectField control={control} name="whose" label="Limit for" options={whose} />
          {form.watch("whose") === "agent" && (
            <TextField control={control} name="agent" label="Agent id" mono autoComplete="off" />
          )}
          <div className="grid items-start gap-3 sm:grid-cols-2">
            <NumberField control={control} name="calls_per_minute" label="Calls a minute" min={1} />
            <NumberField control={control} name="calls_per_day" label="Calls a day" min={1} />
          </div>
          <SubmitButton variant="outline" size="sm" className="self-start">
            <Gauge aria-hidden /> Set limit
          </SubmitButton>
        </Form>
      </CardContent>
    </Card>
  );
}
