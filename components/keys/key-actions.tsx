"use client";

import { RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { ApiKey } from "#lib/auth/schema.ts";
import { type KeyOwner, revokeKey } from "#lib/client/keys.ts";
import { RotateKeyDialog } from "./rotate-key-dialog.tsx";

type KeyActionsProps = { apiKey: ApiKey; owner: KeyOwner };

export function KeyActions({ apiKey, owner }: KeyActionsProps) {
  const [asking, setAsking] = useState<"rotate" | "revoke" | null>(null);
  const revocation = useDeletion(
    {
      title: "Revoke key",
      description: `Whoever uses ${apiKey.name} is refused within a second, everywhere. This cannot be undone.`,
      done: `${apiKey.name} is revoked`,
    },
    () => revokeKey(owner, apiKey.key_id),
  );
  const openFor = (what: "rotate" | "revoke") => (open: boolean) => setAsking(open ? what : null);

  return (
    <>
      {apiKey.status !== "revoked" && (
        <RowActions of={apiKey.name}>
          <DropdownMenuItem
            disabled={apiKey.status !== "active"}
            onSelect={() => setAsking("rotate")}
          >
            <RefreshCw aria-hidden /> Rotate
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem destructive onSelect={() => setAsking("revoke")}>
            <Trash2 aria-hidden /> Revoke
          </DropdownMenuItem>
        </RowActions>
      )}
      <RotateKeyDialog
        apiKey={apiKey}
        owner={owner}
        open={asking === "rotate"}
        onOpenChange={openFor("rotate")}
      />
      <ConfirmDeleteDialog
        {...revocation}
        open={asking === "revoke"}
        onOpenChange={openFor("revoke")}
      />
    </>
  );
}
