"use client";

import { useState } from "react";
import { DialogActions, type DialogState, FormDialog } from "#components/forms/form-dialog.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import type { Member } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { resetMemberPassword } from "#lib/client/members.ts";
import { useChange } from "#lib/client/use-change.ts";
import { NewPassword } from "./new-password.tsx";

type ResetPasswordProps = { tenantId: string; member: Member };

/** Asks before somebody's password is replaced, and shows the new one once. */
export function ResetPasswordDialog({
  open,
  onOpenChange,
  ...rest
}: ResetPasswordProps & DialogState) {
  return (
    <FormDialog className="max-w-md" open={open} onOpenChange={onOpenChange}>
      {(onDone) => <ResetPassword {...rest} onDone={onDone} />}
    </FormDialog>
  );
}

function ResetPassword({ tenantId, member, onDone }: ResetPasswordProps & { onDone: () => void }) {
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
      <DialogActions>
        <Button onClick={() => void confirm()} pending={reset.isPending}>
          New password
        </Button>
      </DialogActions>
    </>
  );
}
