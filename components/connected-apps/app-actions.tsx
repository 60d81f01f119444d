"use client";

import { Unplug } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem } from "#components/ui/dropdown-menu.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { revokeApp } from "#lib/client/connected-apps.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ConnectedApp } from "#lib/oauth/schema.ts";

type AppActionsProps = { app: Pick<ConnectedApp, "tenant_id" | "grant_id" | "client_name"> };

export function AppActions({ app }: AppActionsProps) {
  const [asking, setAsking] = useState(false);
  const revoke = useChange(() => revokeApp(app.tenant_id, app.grant_id));

  async function confirm() {
    try {
      await revoke.mutateAsync(undefined);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${app.client_name} is disconnected`);
    return undefined;
  }

  return (
    <>
      <RowActions of={app.client_name}>
        <DropdownMenuItem destructive onSelect={() => setAsking(true)}>
          <Unplug aria-hidden /> Disconnect
        </DropdownMenuItem>
      </RowActions>
      <ConfirmDeleteDialog
        title="Disconnect"
        description={`${app.client_name} is refused from now on, until somebody allows it again.`}
        onConfirm={confirm}
        open={asking}
        onOpenChange={setAsking}
      />
    </>
  );
}
