"use client";

import { SecretPanel } from "#components/forms/secret-panel.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";

type NewPasswordProps = { title: string; email: string; password: string; onDone: () => void };

/** The last step of giving somebody a password: its text, this once. */
export function NewPassword({ title, email, password, onDone }: NewPasswordProps) {
  return (
    <>
      <DialogHeader>
        <DialogTitle>{title}</DialogTitle>
        <DialogDescription>
          Give it to {email} in a way that nobody else reads. They sign in with it, and change it
          under Account.
        </DialogDescription>
      </DialogHeader>
      <SecretPanel what="password" secret={password} />
      <DialogFooter>
        <Button onClick={onDone}>Done</Button>
      </DialogFooter>
    </>
  );
}
