"use client";

import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, type DialogState, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { addMemberInput, type Member } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { changeMember } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Role } from "#lib/core/permissions.ts";
import { RoleField } from "./role-field.tsx";
import { roleLabel } from "./roles.ts";

type ChangeRoleProps = { tenantId: string; member: Member; mayMakeOwners: boolean };

export function ChangeRoleDialog({ open, onOpenChange, ...rest }: ChangeRoleProps & DialogState) {
  return (
    <FormDialog className="max-w-md" open={open} onOpenChange={onOpenChange}>
      {(onDone) => <ChangeRole {...rest} onDone={onDone} />}
    </FormDialog>
  );
}

type ChangeProps = ChangeRoleProps & { onDone: () => void };

function ChangeRole({ tenantId, member, mayMakeOwners, onDone }: ChangeProps) {
  const { user_id, email, role } = member;
  const form = useZodForm(addMemberInput, { email, role });
  const change = useChange((to: Role) => changeMember(tenantId, user_id, { role: to }));

  async function submit(values: z.output<typeof addMemberInput>): Promise<FormFailure | undefined> {
    try {
      await change.mutateAsync(values.role);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${email} is ${roleLabel(values.role)} now`);
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>Change the role of {email}</DialogTitle>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <RoleField control={form.control} mayMakeOwners={mayMakeOwners} />
        <DialogActions>
          <SubmitButton>Change role</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
