"use client";

import { Form, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText } from "#components/forms/schema.ts";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent } from "#components/ui/card.tsx";
import { memoryExists, registerMemory } from "#lib/client/memory.ts";
import { jsonObject } from "#lib/core/json.ts";
import { type Memory, type RegisterMemoryInput, registerMemoryInput } from "#lib/memory/schema.ts";
import { memoryHref } from "./memory-href.ts";

const schema = registerMemoryInput.extend({ context: jsonText(jsonObject) });

type MemoryFormProps = {
  tenantId: string;
  /** The memory that is edited; left out for a new one. */
  memory?: Memory;
};

/** Writes an agent's context, replacing what is there. */
export function MemoryForm({ tenantId, memory }: MemoryFormProps) {
  const form = useZodForm(schema, {
    agent_id: memory?.agent_id ?? "",
    context: JSON.stringify(memory?.context ?? {}, null, 2),
  });
  const save = useSave({
    taken: memory
      ? null
      : {
          pointer: "/agent_id",
          message: "has a memory already",
          exists: ({ agent_id }: RegisterMemoryInput) => memoryExists(tenantId, agent_id),
        },
    call: (input: RegisterMemoryInput) => registerMemory(tenantId, input),
    href: memoryHref,
    told: ({ agent_id }) => `The memory of ${agent_id} is saved`,
  });

  return (
    <Form form={form} onSubmit={save}>
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
