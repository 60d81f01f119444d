"use client";

import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";
import { addMemberInput, type Member } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { changeMember } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Role } from "#lib/core/permissions.ts";
import { RoleField } from "./role-field.tsx";
import { roleLabel } from "./roles.ts";

type ChangeRoleDialogProps = {
  tenantId: string;
  member: Member;
  mayMakeOwners: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

export function ChangeRoleDialog({ open, onOpenChange, ...rest }: ChangeRoleDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <ChangeRole {...rest} onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}

type ChangeRoleProps = Omit<ChangeRoleDialogProps, "open" | "onOpenChange"> & {
  onDone: () => void;
};

// Apart from the dialog, so that each opening starts with the member's present role.
function ChangeRole({ tenantId, member, mayMakeOwners, onDone }: ChangeRoleProps) {
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
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="outline">Cancel</Button>
          </DialogClose>
          <SubmitButton>Change role</SubmitButton>
        </DialogFooter>
      </Form>
    </>
  );
}
