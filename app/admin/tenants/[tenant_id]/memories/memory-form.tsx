"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText } from "#components/forms/schema.ts";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { memoryExists, registerMemory } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import { jsonObject } from "#lib/core/json.ts";
import { type Memory, type RegisterMemoryInput, registerMemoryInput } from "#lib/memory/schema.ts";
import { memoryHref } from "./memory-href.ts";

const schema = registerMemoryInput.extend({ context: jsonText(jsonObject) });

type MemoryFormProps = {
  tenantId: string;
  /** The memory that is edited; left out for a new one. */
  memory?: Memory;
};

const taken: FormFailure = {
  detail: "Nothing was saved.",
  errors: [{ pointer: "/agent_id", message: "has a memory already" }],
};

/** Writes an agent's context, replacing what is there. */
export function MemoryForm({ tenantId, memory }: MemoryFormProps) {
  const router = useRouter();
  const form = useZodForm(schema, {
    agent_id: memory?.agent_id ?? "",
    context: JSON.stringify(memory?.context ?? {}, null, 2),
  });
  const save = useChange((input: RegisterMemoryInput) => registerMemory(tenantId, input));

  async function submit(input: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      // The API would replace the memory that is there.
      if (!memory && (await memoryExists(tenantId, input.agent_id))) return taken;
      const saved = await save.mutateAsync(input);
      router.push(memoryHref(saved));
      toast.success(`The memory of ${saved.agent_id} is saved`);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <Form form={form} onSubmit={submit}>
      <Card>
        <CardContent className="flex flex-col gap-5">
          <TextField
            control={form.control}
            name="agent_id"
            label="Agent id"
            mono
            autoComplete="off"
            readOnly={memory !== undefined}
          />
          <JsonField
            control={form.control}
            name="context"
            label="Context"
            description="A JSON object. Saving replaces the whole of it."
          />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">Save memory</SubmitButton>
    </Form>
  );
}
