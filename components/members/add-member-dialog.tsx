"use client";

import { UserPlus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { type AddMemberInput, addMemberInput } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { addMember } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import { NewPassword } from "./new-password.tsx";
import { RoleField } from "./role-field.tsx";

const empty: AddMemberInput = { email: "", role: "developer" };

type AddMemberDialogProps = { tenantId: string; mayMakeOwners: boolean };

/** The button and the dialog that adds a person, and shows a new one's password once. */
export function AddMemberDialog(props: AddMemberDialogProps) {
  return (
    <FormDialog
      trigger={
        <Button size="sm">
          <UserPlus aria-hidden /> Add member
        </Button>
      }
    >
      {(onDone) => <AddMember {...props} onDone={onDone} />}
    </FormDialog>
  );
}

type Shown = { email: string; password: string };

function AddMember({
  tenantId,
  mayMakeOwners,
  onDone,
}: AddMemberDialogProps & { onDone: () => void }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const form = useZodForm(addMemberInput, empty);
  const add = useChange((input: AddMemberInput) => addMember(tenantId, input));

  async function submit(values: z.output<typeof addMemberInput>): Promise<FormFailure | undefined> {
    try {
      const { email, initial_password } = await add.mutateAsync(values);
      if (initial_password !== null) {
        setShown({ email, password: initial_password });
        return undefined;
      }
      toast.success(`${email} is added`, {
        description: "They have an account already, and sign in with their own password.",
      });
      onDone();
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  if (shown) return <NewPassword title={`${shown.email} is added`} {...shown} onDone={onDone} />;
  return (
    <>
      <DialogHeader>
        <DialogTitle>Add member</DialogTitle>
        <DialogDescription>
          Somebody new gets an account and a first password, which you pass on.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          control={form.control}
          name="email"
          label="E-mail"
          type="email"
          placeholder="ada@example.com"
          autoComplete="off"
        />
        <RoleField control={form.control} mayMakeOwners={mayMakeOwners} />
        <DialogActions>
          <SubmitButton>Add member</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
