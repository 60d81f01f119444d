"use client";

import { Plus } from "lucide-react";
import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putSecret } from "#lib/client/secrets.ts";
import { useChange } from "#lib/client/use-change.ts";
import { GrantFields } from "./grant-fields.tsx";
import { newSecretForm, newSecretValues } from "./secret-form-schema.ts";

type NewSecretDialogProps = {
  tenantId: string;
  /** Names on this page, which a new secret would overwrite. */
  taken: readonly string[];
};

/** The button and the dialog that makes a secret. */
export function NewSecretDialog(props: NewSecretDialogProps) {
  return (
    <FormDialog
      trigger={
        <Button size="sm">
          <Plus aria-hidden /> New secret
        </Button>
      }
    >
      {(onDone) => <NewSecret {...props} onDone={onDone} />}
    </FormDialog>
  );
}

function NewSecret({ tenantId, taken, onDone }: NewSecretDialogProps & { onDone: () => void }) {
  type Made = z.output<typeof newSecretForm>;
  const form = useZodForm(newSecretForm, newSecretValues);
  const { control } = form;
  const create = useChange(({ name, input }: Made) => putSecret(tenantId, name, input));

  async function submit(made: Made): Promise<FormFailure | undefined> {
    if (taken.includes(made.name)) {
      const message = "There is a secret of this name. Rotate it instead.";
      return { detail: "Nothing was saved.", errors: [{ pointer: "/name", message }] };
    }
    try {
      await create.mutateAsync(made);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${made.name} is created`);
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>New secret</DialogTitle>
        <DialogDescription>
          Tools name it; its value is sealed and never shown again.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          {...{ control }}
          name="name"
          label="Name"
          placeholder="CRM_TOKEN"
          mono
          autoComplete="off"
        />
        <TextareaField {...{ control }} name="value" label="Value" />
        <GrantFields />
        <DialogActions>
          <SubmitButton>Create secret</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
