"use client";

import { Eraser, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import type { ItemPlace } from "#lib/client/memory.ts";
import { itemsHref } from "../../../item-href.ts";
import { useItemChange } from "../../../use-item-changes.ts";

/** On a memory's own page, which both of them lead away from. */
export function ItemButtons({ place }: { place: ItemPlace }) {
  const router = useRouter();
  const change = useItemChange(place);
  const leave = (verb: "remove" | "erase") => async () => {
    const failure = await change(verb);
    if (!failure) router.replace(itemsHref(place.tenantId));
    return failure;
  };
  return (
    <>
      <ConfirmDeleteDialog
        title="Move to trash"
        description={`${place.key} is in the trash then, from which it can be brought back for a time.`}
        onConfirm={leave("remove")}
        trigger={
          <Button variant="outline" size="sm">
            <Trash2 aria-hidden /> Delete
          </Button>
        }
      />
      <ConfirmDeleteDialog
        title="Erase memory"
        description="It goes with all its versions, for good. The audit log keeps that it was there, and nothing that it said."
        confirmText={place.key}
        failedTitle="Not erased"
        onConfirm={leave("erase")}
        trigger={
          <Button variant="outline" size="sm">
            <Eraser aria-hidden /> Erase
          </Button>
        }
      />
    </>
  );
}
