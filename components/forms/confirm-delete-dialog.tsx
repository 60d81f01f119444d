"use client";

import { unstable_rethrow } from "next/navigation";
import { type FormEvent, type ReactNode, useId, useState, useTransition } from "react";
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
  DialogTrigger,
} from "#components/ui/dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import type { FormFailure } from "./form.tsx";

type ConfirmDeleteDialogProps = {
  /** "Delete tenant", also the button's words. */
  title: string;
  /** What is lost. */
  description: ReactNode;
  /** What has to be typed: the thing's id. Left out, a click is enough. */
  confirmText?: string;
  /** Heads a failure; "Not deleted" unless said. */
  failedTitle?: string;
  /** Closes on undefined, shows a failure otherwise. */
  onConfirm: () => Promise<FormFailure | undefined>;
} & (
  | { trigger: ReactNode; open?: never; onOpenChange?: never }
  | { trigger?: never; open: boolean; onOpenChange: (open: boolean) => void }
);

/** Asks before something is lost. Opened by its `trigger`, or from outside, as a menu item does. */
export function ConfirmDeleteDialog({
  trigger,
  open,
  onOpenChange,
  ...content
}: ConfirmDeleteDialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const setOpen = onOpenChange ?? setOwnOpen;
  return (
    <Dialog open={open ?? ownOpen} onOpenChange={setOpen}>
      {trigger && <DialogTrigger asChild>{trigger}</DialogTrigger>}
      <DialogContent className="max-w-md">
        <ConfirmForm {...content} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

type ConfirmFormProps = Pick<
  ConfirmDeleteDialogProps,
  "title" | "description" | "confirmText" | "failedTitle" | "onConfirm"
> & { onDone: () => void };

// Apart from the dialog, so that each opening starts with an empty box and no old failure.
function ConfirmForm({
  title,
  description,
  confirmText,
  failedTitle = "Not deleted",
  onConfirm,
  onDone,
}: ConfirmFormProps) {
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
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="destructive" disabled={!allowed} pending={pending}>
          {title}
        </Button>
      </DialogFooter>
    </form>
  );
}
