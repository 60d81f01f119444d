"use client";

import { Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { deleteSecret } from "#lib/client/secrets.ts";
import type { UsedSecret } from "#lib/secrets/schema.ts";
import { ChangeSecretDialog } from "./change-secret-dialogs.tsx";

/** What deleting it means, which the person confirms by its name. */
function warningOf({ used_by }: UsedSecret): string {
  if (used_by.length === 0) return "Its value is gone for good. Nothing names it now.";
  const names = used_by.slice(0, 5).map(({ name }) => name);
  const more = used_by.length > names.length ? ` and ${used_by.length - names.length} more` : "";
  return `Its value is gone for good, and what names it fails from the next call on: ${names.join(", ")}${more}.`;
}

export function SecretActions({ secret }: { secret: UsedSecret }) {
  const [asking, setAsking] = useState<"rotate" | "edit" | "delete" | null>(null);
  const inUse = secret.used_by.length > 0;
  const deletion = useDeletion(
    {
      title: "Delete secret",
      description: warningOf(secret),
      done: `${secret.name} is deleted`,
    },
    () => deleteSecret(secret.tenant_id, secret.name, inUse),
  );

  return (
    <>
      <RowActions of={secret.name}>
        <DropdownMenuItem onSelect={() => setAsking("rotate")}>
          <RefreshCw aria-hidden /> Rotate
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => setAsking("edit")}>
          <Pencil aria-hidden /> Edit
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking("delete")}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <ChangeSecretDialog
        secret={secret}
        what={asking === "delete" ? null : asking}
        onDone={() => setAsking(null)}
      />
      <ConfirmDeleteDialog
        {...deletion}
        confirmText={secret.name}
        open={asking === "delete"}
        onOpenChange={(open) => setAsking(open ? "delete" : null)}
      />
    </>
  );
}
