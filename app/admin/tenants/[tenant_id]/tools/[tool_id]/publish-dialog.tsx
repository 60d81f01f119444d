"use client";

import { Rocket, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { ApiError, messageOf, toFailure } from "#lib/client/api-error.ts";
import { publishTool, rollBackTool } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tool } from "#lib/tools/schema.ts";

type Publishable = Pick<Tool, "tenant_id" | "tool_id" | "name" | "revision">;

type PublishButtonProps = {
  tool: Publishable;
  /** Left out: the draft. */
  revision?: number;
};

const schema = z.object({ note: z.string(), require_examples: z.boolean() });

/** Publishes a revision after a question; an earlier one than is published is a roll back. */
export function PublishButton({ tool, revision }: PublishButtonProps) {
  const isBack = isRollBack(tool, revision);
  const draft = (
    <Button size="sm">
      <Rocket aria-hidden /> Publish draft
    </Button>
  );
  const named = (
    <Button
      variant="outline"
      size="sm"
      aria-label={`${isBack ? "Roll back to" : "Publish"} revision ${revision}`}
    >
      {isBack ? <Undo2 aria-hidden /> : <Rocket aria-hidden />}
      {isBack ? "Roll back" : "Publish"}
    </Button>
  );
  return (
    <FormDialog className="max-w-md" trigger={revision === undefined ? draft : named}>
      {(onDone) => <Publish {...{ tool, revision, isBack }} onDone={onDone} />}
    </FormDialog>
  );
}

function isRollBack(tool: Publishable, revision: number | undefined): revision is number {
  return revision !== undefined && tool.revision !== null && revision < tool.revision;
}

type PublishProps = {
  tool: Publishable;
  revision: number | undefined;
  isBack: boolean;
  onDone: () => void;
};

function Publish({ tool, revision, isBack, onDone }: PublishProps) {
  const form = useZodForm(schema, { note: "", require_examples: false });
  const publish = useChange((body: z.output<typeof schema>) => {
    const { tenant_id, tool_id } = tool;
    return isRollBack(tool, revision)
      ? rollBackTool(tenant_id, tool_id, { revision, note: body.note })
      : publishTool(tenant_id, tool_id, { revision, ...body });
  });

  async function submit(body: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      const after = await publish.mutateAsync(body);
      toast.success(`Revision ${after.revision} of ${after.name} is published`);
      onDone();
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) return toFailure(error);
      // What stands in the way is in the revision or its examples, not in this form.
      const reasons = error.errors.map(({ message }) => message);
      return { detail: [messageOf(error), ...reasons].join(" ") };
    }
  }

  const words = wordsOf(tool, revision, isBack);
  return (
    <>
      <DialogHeader>
        <DialogTitle>{words.title}</DialogTitle>
        <DialogDescription>{words.about}</DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          control={form.control}
          name="note"
          label="Note"
          description="Why, for the audit log."
          autoComplete="off"
        />
        {!isBack && (
          <SwitchField
            control={form.control}
            name="require_examples"
            label="Only if its examples pass"
            description="They run first, as real calls."
          />
        )}
        <DialogActions>
          <SubmitButton>{words.button}</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}

function wordsOf(
  { name, revision: published }: Publishable,
  revision: number | undefined,
  isBack: boolean,
): { title: string; about: ReactNode; button: string } {
  const now = published === null ? "Nothing is published yet." : `Revision ${published} is now.`;
  if (isBack) {
    return {
      title: `Roll back to revision ${revision}`,
      about: `MCP clients see ${name} as it was then, and the next call runs it. ${now}`,
      button: "Roll back",
    };
  }
  return {
    title: revision === undefined ? "Publish the draft" : `Publish revision ${revision}`,
    about: `MCP clients see ${name} as this revision says it, and the next call runs it. ${now}`,
    button: "Publish",
  };
}
