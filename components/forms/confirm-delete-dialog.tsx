"use client";

import { unstable_rethrow } from "next/navigation";
import { type FormEvent, type ReactNode, useId, useState, useTransition } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import type { FormFailure } from "./form.tsx";
import { DialogActions, type DialogOpening, FormDialog } from "./form-dialog.tsx";

type ConfirmProps = {
  /** "Delete tenant", also the button's words. */
  title: string;
  /** What is lost. */
  description: ReactNode;
  /** What has to be typed: the thing's id. Left out, a click is enough. */
  confirmText?: string | undefined;
  /** Heads a failure; "Not deleted" unless said. */
  failedTitle?: string | undefined;
  /** Closes on undefined, shows a failure otherwise. */
  onConfirm: () => Promise<FormFailure | undefined>;
};

/** Asks before something is lost. */
export function ConfirmDeleteDialog({
  title,
  description,
  confirmText,
  failedTitle,
  onConfirm,
  ...opening
}: ConfirmProps & DialogOpening) {
  const content = { title, description, confirmText, failedTitle, onConfirm };
  return (
    <FormDialog className="max-w-md" {...opening}>
      {(onDone) => <ConfirmForm {...content} onDone={onDone} />}
    </FormDialog>
  );
}

function ConfirmForm({
  title,
  description,
  confirmText,
  failedTitle = "Not deleted",
  onConfirm,
  onDone,
}: ConfirmProps & { onDone: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<string>();
  const [pending, startTransition] = useTransition();
  const allowed = confirmText === undefined || typed.trim() === confirmText;

  function submit(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    if (!allowed || pending) return;
    setFailure(undefined);
    startTransition(async () => {
      try {
        const failed = await onConfirm();
        if (failed) setFailure(failed.detail);
        else onDone();
      } catch (error) {
        unstable_rethrow(error);
        setFailure("Something went wrong. Try again.");
      }
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <DialogHeader>
        <DialogTitle>{title}</DialogTitle>
        <DialogDescription asChild>
          <div>{description}</div>
        </DialogDescription>
      </DialogHeader>
      {failure && (
        <Alert tone="danger" title={failedTitle}>
          {failure}
        </Alert>
      )}
      {confirmText !== undefined && (
        <div className="flex flex-col gap-2">
          <Label htmlFor={id} className="select-text leading-5">
            <span>
              Type <code className="rounded-sm bg-muted px-1 py-0.5 font-mono">{confirmText}</code>{" "}
              to confirm
            </span>
          </Label>
          <Input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className="font-mono"
          />
        </div>
      )}
      <DialogActions>
        <Button type="submit" variant="destructive" disabled={!allowed} pending={pending}>
          {title}
        </Button>
      </DialogActions>
    </form>
  );
}
