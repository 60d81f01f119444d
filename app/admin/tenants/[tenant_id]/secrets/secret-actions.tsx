"use client";

import { Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteSecret } from "#lib/client/secrets.ts";
import { useChange } from "#lib/client/use-change.ts";
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
  const remove = useChange(() => deleteSecret(secret.tenant_id, secret.name, inUse));

  async function confirm() {
    try {
      await remove.mutateAsync(undefined);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${secret.name} is deleted`);
    return undefined;
  }

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
        title="Delete secret"
        description={warningOf(secret)}
        confirmText={secret.name}
        onConfirm={confirm}
        open={asking === "delete"}
        onOpenChange={(open) => setAsking(open ? "delete" : null)}
      />
    </>
  );
}
