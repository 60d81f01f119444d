"use client";

import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putPolicy } from "#lib/client/governance.ts";
import { useChange } from "#lib/client/use-change.ts";
import { putPolicyInput, type ToolPolicyView } from "#lib/tools/governance/schema.ts";

const { max_queue, max_queue_ms } = putPolicyInput.shape;

const schema = z.object({
  ...putPolicyInput.shape,
  disabled_reason: z.string().trim().max(500),
  // An empty box is the default of the API.
  max_queue: max_queue.unwrap().nullable(),
  max_queue_ms: max_queue_ms.unwrap().nullable(),
});

const approvals = [
  { value: "never", label: "No call" },
  { value: "destructive", label: "Calls of a destructive tool" },
  { value: "always", label: "Every call" },
];

const scopes = [
  { value: "principal", label: "Each caller by itself" },
  { value: "tenant", label: "The whole tenant together" },
];

type PolicyFormProps = { tenantId: string; policy: ToolPolicyView };

export function PolicyForm({ tenantId, policy }: PolicyFormProps) {
  const { tool_id, updated_at, updated_by, ...values } = policy;
  const form = useZodForm(schema, { ...values, disabled_reason: policy.disabled_reason ?? "" });
  const save = useChange((input: z.output<typeof schema>) =>
    putPolicy(tenantId, tool_id, {
      ...input,
      disabled_reason: input.disabled_reason || null,
      max_queue: input.max_queue ?? 0,
      max_queue_ms: input.max_queue_ms ?? 5_000,
    }),
  );
  const [enabled, cached, capped] = form.watch(["enabled", "cache_ttl_seconds", "max_concurrent"]);

  async function submit(input: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
      toast.success("The policy is saved", { description: "It holds from the next call on." });
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  const { control } = form;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Policy</CardTitle>
        <CardDescription>It holds at once, for every revision.</CardDescription>
      </CardHeader>
      <CardContent>
        <Form form={form} onSubmit={submit}>
          <SwitchField
            control={control}
            name="enabled"
            label="Enabled"
            description="Off: MCP clients do not see it, and calls are refused."
          />
          {enabled === false && (
            <TextField
              control={control}
              name="disabled_reason"
              label="Why it is disabled"
              description="Callers are told."
              autoComplete="off"
            />
          )}
          <SelectField
            control={control}
            name="approval"
            label="Needs approval"
            description="Somebody else approves a call before it runs, once. Destructive goes by the tool's own hint."
            options={approvals}
          />
          <NumberField
            control={control}
            name="cache_ttl_seconds"
            label="Keep results for"
            description="A result serves calls with the same arguments. Empty: never. Not for calls that need approval or a user's word."
            suffix="seconds"
            min={1}
          />
          {cached != null && (
            <SelectField
              control={control}
              name="cache_scope"
              label="Results are shared by"
              options={scopes}
            />
          )}
          <NumberField
            control={control}
            name="max_concurrent"
            label="Runs at a time"
            description="In each server process. Empty: any number."
            min={1}
          />
          {capped != null && (
            <div className="grid gap-5 sm:grid-cols-2">
              <NumberField control={control} name="max_queue" label="Calls that may wait" min={0} />
              <NumberField
                control={control}
                name="max_queue_ms"
                label="For at most"
                suffix="ms"
                min={1}
              />
            </div>
          )}
          <SubmitButton className="self-start">Save policy</SubmitButton>
        </Form>
      </CardContent>
    </Card>
  );
}
