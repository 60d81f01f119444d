"use client";

import { BookmarkPlus } from "lucide-react";
import { useWatch } from "react-hook-form";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText } from "#components/forms/schema.ts";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { createExample } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { CreateExampleInput } from "#lib/tools/bench/example-schema.ts";
import type { CallToolResult, Tool } from "#lib/tools/schema.ts";

export const expectations = [
  { value: "equals", label: "Exactly this result" },
  { value: "contains", label: "A result with this in it" },
  { value: "schema", label: "A result that fits this schema" },
  { value: "no_error", label: "Any result but an error" },
] as const;

type Mode = (typeof expectations)[number]["value"];

const schema = z
  .object({
    name: z.string(),
    mode: z.enum(["equals", "contains", "schema", "no_error"]),
    value: z.string(),
  })
  .transform(({ name, mode, value }, context): Pick<CreateExampleInput, "name" | "expectation"> => {
    if (mode === "no_error") return { name, expectation: { mode } };
    const parsed = jsonText(z.unknown()).safeParse(value);
    if (parsed.success) return { name, expectation: { mode, value: parsed.data as JsonObject } };
    const message = parsed.error.issues[0]?.message ?? "Not valid JSON.";
    context.addIssue({ code: "custom", path: ["value"], message });
    return z.NEVER;
  });

type SaveExampleProps = {
  tool: Pick<Tool, "tenant_id" | "tool_id">;
  args: JsonObject;
  result: CallToolResult;
};

/** Keeps a run's arguments, and what is expected of them from now on. */
export function SaveExampleButton(props: SaveExampleProps) {
  return (
    <FormDialog
      trigger={
        <Button variant="outline" size="sm">
          <BookmarkPlus aria-hidden /> Save as example
        </Button>
      }
    >
      {(onDone) => <SaveExample {...props} onDone={onDone} />}
    </FormDialog>
  );
}

/** The structured content, or the text of a result that has none. */
function resultValue({ structuredContent, content }: CallToolResult): unknown {
  if (structuredContent !== undefined) return structuredContent;
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function SaveExample({ tool, args, result, onDone }: SaveExampleProps & { onDone: () => void }) {
  const mode: Mode = result.isError ? "no_error" : "equals";
  const value = JSON.stringify(resultValue(result), null, 2);
  const form = useZodForm(schema, { name: "", mode, value });
  const { control } = form;
  const chosen = useWatch({ control, name: "mode" });
  const save = useChange((example: Pick<CreateExampleInput, "name" | "expectation">) =>
    createExample(tool.tenant_id, tool.tool_id, { ...example, arguments: args }),
  );

  async function submit(example: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      const saved = await save.mutateAsync(example);
      toast.success(`${saved.name} is saved`);
      onDone();
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>Save as example</DialogTitle>
        <DialogDescription>
          The same arguments can be replayed against any revision, and before one is published.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField {...{ control }} name="name" label="Name" autoComplete="off" />
        <SelectField {...{ control }} name="mode" label="Expects" options={expectations} />
        {chosen !== "no_error" && (
          <JsonField
            {...{ control }}
            name="value"
            label={chosen === "schema" ? "JSON Schema" : "Value"}
            description="Compared with the structured content, or with the text where there is none."
          />
        )}
        <DialogActions>
          <SubmitButton>Save example</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
