"use client";

import { useState } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";
import type { Member } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { resetMemberPassword } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import { NewPassword } from "./new-password.tsx";

type ResetPasswordDialogProps = {
  tenantId: string;
  member: Member;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks before somebody's password is replaced, and shows the new one once. */
export function ResetPasswordDialog({ open, onOpenChange, ...rest }: ResetPasswordDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-md">
        <ResetPassword {...rest} onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}

type ResetPasswordProps = Pick<ResetPasswordDialogProps, "tenantId" | "member"> & {
  onDone: () => void;
};

// Apart from the dialog, so that closing it forgets the password that was shown.
function ResetPassword({ tenantId, member, onDone }: ResetPasswordProps) {
  const { user_id, email } = member;
  const reset = useChange(() => resetMemberPassword(tenantId, user_id));
  const [password, setPassword] = useState<string | null>(null);

  async function confirm() {
    // What failed is shown from the mutation's own state.
    const made = await reset.mutateAsync(undefined).catch(() => null);
    if (made) setPassword(made.password);
  }

  if (password !== null) {
    return <NewPassword title={`New password of ${email}`} {...{ email, password, onDone }} />;
  }
  return (
    <>
      <DialogHeader>
        <DialogTitle>New password</DialogTitle>
        <DialogDescription>
          The present password of {email} stops working, and their sessions end.
        </DialogDescription>
      </DialogHeader>
      {reset.error && (
        <Alert tone="danger" title="Nothing was changed">
          {toFailure(reset.error).detail}
        </Alert>
      )}
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">Cancel</Button>
        </DialogClose>
        <Button onClick={() => void confirm()} pending={reset.isPending}>
          New password
        </Button>
      </DialogFooter>
    </>
  );
}
