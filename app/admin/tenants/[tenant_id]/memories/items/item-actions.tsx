"use client";

import { Eraser, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { ItemPlace } from "#lib/client/memory.ts";
import { useItemChange } from "./use-item-changes.ts";

type ItemActionsProps = { place: ItemPlace; inTrash: boolean };

/** What can be done to a memory of the list: from the trash it can come back, until it is erased. */
export function ItemActions({ place, inTrash }: ItemActionsProps) {
  const [erasing, setErasing] = useState(false);
  const change = useItemChange(place);
  const now = (verb: "remove" | "undelete") => async () => {
    const failure = await change(verb);
    if (failure) toast.error(failure.detail);
  };
  return (
    <>
      <RowActions of={place.key}>
        {inTrash ? (
          <DropdownMenuItem onSelect={now("undelete")}>
            <Undo2 aria-hidden /> Bring back
          </DropdownMenuItem>
        ) : (
          <DropdownMenuItem onSelect={now("remove")}>
            <Trash2 aria-hidden /> Move to trash
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setErasing(true)}>
          <Eraser aria-hidden /> Erase for good
        </DropdownMenuItem>
      </RowActions>
      <EraseDialog place={place} open={erasing} onOpenChange={setErasing} />
    </>
  );
}

type EraseDialogProps = {
  place: ItemPlace;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function EraseDialog({ place, ...dialog }: EraseDialogProps) {
  const change = useItemChange(place);
  return (
    <ConfirmDeleteDialog
      {...dialog}
      title="Erase memory"
      description="It goes with all its versions, for good. The audit log keeps that it was there, and nothing that it said."
      confirmText={place.key}
      failedTitle="Not erased"
      onConfirm={() => change("erase")}
    />
  );
}
