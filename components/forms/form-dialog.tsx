"use client";

import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogFooter,
  DialogTrigger,
} from "#components/ui/dialog.tsx";

/** Whether a dialog is open, where something else than its trigger says so. */
export type DialogState = { open: boolean; onOpenChange: (open: boolean) => void };

/** Opened by its `trigger`, or from outside, as a menu item does. */
export type DialogOpening =
  | { trigger: ReactNode; open?: never; onOpenChange?: never }
  | (DialogState & { trigger?: never });

type FormDialogProps = {
  className?: string;
  /** What is in it, made anew at each opening: closing forgets what was typed and shown. */
  children: (onDone: () => void) => ReactNode;
} & DialogOpening;

/** A dialog that asks for something. */
export function FormDialog({ trigger, open, onOpenChange, className, children }: FormDialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const setOpen = onOpenChange ?? setOwnOpen;
  return (
    <Dialog open={open ?? ownOpen} onOpenChange={setOpen}>
      {trigger && <DialogTrigger asChild>{trigger}</DialogTrigger>}
      <DialogContent className={className}>{children(() => setOpen(false))}</DialogContent>
    </Dialog>
  );
}

/** The end of a form in a dialog: Cancel, and the button that is given. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <DialogFooter>
      <DialogClose asChild>
        <Button variant="outline">Cancel</Button>
      </DialogClose>
      {children}
    </DialogFooter>
  );
}
