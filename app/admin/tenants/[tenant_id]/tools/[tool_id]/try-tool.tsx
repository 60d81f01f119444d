"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText } from "#components/forms/schema.ts";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { ToolResult } from "#components/tools/tool-result.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { callTool } from "#lib/client/tools.ts";
import { type JsonObject, jsonObject } from "#lib/core/json.ts";
import type { CallToolResult } from "#lib/tools/schema.ts";

const schema = z.object({ arguments: jsonText(jsonObject) });

type TryToolProps = {
  tenantId: string;
  toolId: string;
  /** Arguments to start from, as JSON text. */
  example: string;
};

type Outcome = { result: CallToolResult; durationMs: number };

export function TryTool({ tenantId, toolId, example }: TryToolProps) {
  const queries = useQueryClient();
  const form = useZodForm(schema, { arguments: example });
  const call = useMutation({
    mutationFn: async (args: JsonObject): Promise<Outcome> => {
      const startedAt = performance.now();
      const result = await callTool(tenantId, toolId, args);
      return { result, durationMs: performance.now() - startedAt };
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["usage", tenantId] }),
  });

  async function submit(values: { arguments: JsonObject }): Promise<FormFailure | undefined> {
    try {
      await call.mutateAsync(values.arguments);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <>
      <Form form={form} onSubmit={submit}>
        <JsonField control={form.control} name="arguments" label="Arguments" />
        <SubmitButton className="self-start">
          <Play aria-hidden /> Call
        </SubmitButton>
      </Form>
      <div aria-live="polite" aria-busy={call.isPending}>
        {call.data && <ToolResult {...call.data} />}
      </div>
    </>
  );
}
