"use client";

import { useRouter } from "next/navigation";
import { type RefObject, useRef } from "react";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { ApiError, toFailure } from "#lib/client/api-error.ts";
import { createDraft, registerTool, saveDraft, toolExists } from "#lib/client/tools.ts";
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

const overtaken: FormFailure = {
  detail:
    "Someone else has saved this tool since you opened it. Nothing was saved: open it again in another tab, and bring your changes there.",
};

type Goal = "draft" | "publish";

/** Saves what the form says; an edit is refused where another one came in between. */
async function saveTool(
  tenantId: string,
  tool: Tool | undefined,
  input: RegisterToolInput,
  { goal, base }: { goal: Goal; base: RefObject<number> },
): Promise<void> {
  const { tool_id, is_dynamic: _, ...definition } = input;
  if (tool) {
    const saved = await saveDraft(tenantId, tool_id, {
      ...definition,
      base_revision: base.current,
    });
    // Should the publishing fail, the next attempt follows what was just saved.
    base.current = Math.max(base.current, saved.revision);
  } else if (goal === "draft") await createDraft(tenantId, input);
  // What is registered is the draft just saved, and so is published.
  if (goal === "publish") await registerTool(tenantId, input);
}

/** Registers a tool under an id of one's own, or edits the one that is there. */
export function RegisterToolForm({ tenantId, tool }: RegisterToolFormProps) {
  const router = useRouter();
  const form = useZodForm(registerToolForm, {
    ...toToolFields(tool),
    tool_id: tool?.tool_id ?? "",
    is_dynamic: tool?.is_dynamic ?? false,
  });
  const save = useChange((input: RegisterToolInput) =>
    saveTool(tenantId, tool, input, { goal: goal.current, base }),
  );
  const goal = useRef<Goal>("publish");
  const base = useRef(tool?.latest_revision ?? 0);

  async function submit(input: RegisterToolInput): Promise<FormFailure | undefined> {
    try {
      // The API would replace the tool that is there.
      if (!tool && (await toolExists(tenantId, input.tool_id))) return taken;
      await save.mutateAsync(input);
      router.push(toolHref({ tenant_id: tenantId, tool_id: input.tool_id }));
      toast.success(
        `${input.name} is ${goal.current === "draft" ? "saved as a draft" : "published"}`,
      );
      return undefined;
    } catch (error) {
      const isOvertaken = tool && error instanceof ApiError && error.code === "conflict";
      return isOvertaken && error.errors.length === 0 ? overtaken : toFailure(error);
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
            description="Counts towards the tenant's limit of dynamic tools; follows when published."
            className="sm:col-span-2"
          />
        </CardContent>
      </Card>
      <Implementation />
      <ParametersCard />
      <BehaviourCard />
      <AdvancedToolCard />
      <div className="flex gap-2 self-end max-sm:flex-col max-sm:self-stretch">
        <SubmitButton
          variant="outline"
          onClick={() => {
            goal.current = "draft";
          }}
        >
          Save as draft
        </SubmitButton>
        <SubmitButton
          onClick={() => {
            goal.current = "publish";
          }}
        >
          {tool ? "Save and publish" : "Register tool"}
        </SubmitButton>
      </div>
    </Form>
  );
}
