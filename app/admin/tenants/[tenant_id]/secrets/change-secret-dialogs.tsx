"use client";

import type { ReactNode } from "react";
import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putSecret } from "#lib/client/secrets.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { PutSecretInput, UsedSecret } from "#lib/secrets/schema.ts";
import { GrantFields } from "./grant-fields.tsx";
import { editSecretForm, rotateSecretForm, toSecretValues } from "./secret-form-schema.ts";

type ChangeProps = { secret: UsedSecret; onDone: () => void };

/** Sends a change of the secret; closes and says so when it is made. */
function useSend({ secret, onDone }: ChangeProps, done: string) {
  const change = useChange((input: PutSecretInput) =>
    putSecret(secret.tenant_id, secret.name, input),
  );
  return async (input: PutSecretInput): Promise<FormFailure | undefined> => {
    try {
      await change.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${secret.name} is ${done}`);
    onDone();
    return undefined;
  };
}

function Rotate(props: ChangeProps) {
  const form = useZodForm(rotateSecretForm, { value: "" });
  const send = useSend(props, "rotated");
  return (
    <>
      <DialogHeader>
        <DialogTitle>Rotate {props.secret.name}</DialogTitle>
        <DialogDescription>
          The new value takes the place of the old one at once, for the next call of every tool.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={(values: z.output<typeof rotateSecretForm>) => send(values)}>
        <TextareaField control={form.control} name="value" label="New value" />
        <DialogActions>
          <SubmitButton>Rotate secret</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}

function Edit(props: ChangeProps) {
  const form = useZodForm(editSecretForm, toSecretValues(props.secret));
  const send = useSend(props, "changed");
  return (
    <>
      <DialogHeader>
        <DialogTitle>Edit {props.secret.name}</DialogTitle>
        <DialogDescription>Its value stays as it is.</DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={send}>
        <GrantFields />
        <DialogActions>
          <SubmitButton>Save changes</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}

const contents = { rotate: Rotate, edit: Edit };

type ChangeSecretDialogProps = {
  secret: UsedSecret;
  what: keyof typeof contents | null;
  onDone: () => void;
};

/** The dialog that rotates a secret's value, or changes the rest of it; closed for null. */
export function ChangeSecretDialog({ secret, what, onDone }: ChangeSecretDialogProps): ReactNode {
  const Content = what === null ? null : contents[what];
  return (
    <FormDialog open={what !== null} onOpenChange={(open) => !open && onDone()}>
      {() => Content && <Content {...{ secret, onDone }} />}
    </FormDialog>
  );
}
