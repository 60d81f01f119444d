"use client";

import { SecretPanel } from "#components/forms/secret-panel.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogFooter, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";

type NewSecretProps = { title: string; secret: string; onDone: () => void };

/** The last step of making a key: its text, this once. */
export function NewSecret({ title, secret, onDone }: NewSecretProps) {
  return (
    <>
      <DialogHeader>
        <DialogTitle>{title}</DialogTitle>
      </DialogHeader>
      <SecretPanel what="API key" secret={secret} />
      <DialogFooter>
        <Button onClick={onDone}>Done</Button>
      </DialogFooter>
    </>
  );
}
