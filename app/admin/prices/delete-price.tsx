"use client";

import { Trash2 } from "lucide-react";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { Button } from "#components/ui/button.tsx";
import { deletePrice } from "#lib/client/prices.ts";
import type { Price } from "#lib/prices/schema.ts";

/** Takes back a price whose time has not come. */
export function DeletePrice({ price: { price_id, provider, model } }: { price: Price }) {
  const deletion = useDeletion(
    {
      title: "Delete price",
      description: `The price of ${provider} ${model} that was to come; the one before it goes on.`,
      done: "The price is deleted",
    },
    () => deletePrice(price_id),
  );
  return (
    <ConfirmDeleteDialog
      {...deletion}
      trigger={
        <Button variant="ghost" size="icon-sm" aria-label={`Delete the coming price of ${model}`}>
          <Trash2 aria-hidden />
        </Button>
      }
    />
  );
}
