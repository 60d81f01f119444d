"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { registerTool, toolExists } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { RegisterToolInput, Tool } from "#lib/tools/schema.ts";
import { AdvancedToolCard, BehaviourCard } from "./behaviour-cards.tsx";
import { Implementation, NameFields, ParametersCard } from "./tool-fields.tsx";
import { registerToolForm, toToolFields } from "./tool-form-schema.ts";
import { toolHref } from "./tool-href.ts";

type RegisterToolFormProps = {
  tenantId: string;
  /** The tool that is edited; left out for a new one. */
  tool?: Tool;
};

const taken: FormFailure = {
  detail: "Nothing was saved.",
  errors: [{ pointer: "/tool_id", message: "is another tool's id" }],
};

/** Registers a tool under an id of one's own, or edits the one that is there. */
export function RegisterToolForm({ tenantId, tool }: RegisterToolFormProps) {
  const router = useRouter();
  const form = useZodForm(registerToolForm, {
    ...toToolFields(tool),
    tool_id: tool?.tool_id ?? "",
    is_dynamic: tool?.is_dynamic ?? false,
  });
  const register = useChange((input: RegisterToolInput) => registerTool(tenantId, input));

  async function submit(input: RegisterToolInput): Promise<FormFailure | undefined> {
    try {
      // The API would replace the tool that is there.
      if (!tool && (await toolExists(tenantId, input.tool_id))) return taken;
      const saved = await register.mutateAsync(input);
      router.push(toolHref(saved));
      toast.success(`${saved.name} is ${tool ? "saved" : "registered"}`);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <Form form={form} onSubmit={submit}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            control={form.control}
            name="tool_id"
            label="Tool id"
            description="Part of its address; never changes."
            mono
            autoComplete="off"
            readOnly={tool !== undefined}
            className="sm:col-span-2"
          />
          <NameFields />
          <SwitchField
            control={form.control}
            name="is_dynamic"
            label="Dynamic"
            description="Counts towards the tenant's limit of dynamic tools."
            className="sm:col-span-2"
          />
        </CardContent>
      </Card>
      <Implementation />
      <ParametersCard />
      <BehaviourCard />
      <AdvancedToolCard />
      <SubmitButton className="self-end max-sm:self-stretch">
        {tool ? "Save tool" : "Register tool"}
      </SubmitButton>
    </Form>
  );
}
