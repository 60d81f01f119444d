"use client";

import { Pencil, ShieldX } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Dialog, DialogContent } from "#components/ui/dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { revokeGrant } from "#lib/client/resource-access.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ResourceGrant } from "#lib/resources/access/schema.ts";
import { GrantEditor } from "./grant-dialog.tsx";
import type { SubjectOptions } from "./load-subjects.ts";

type GrantActionsProps = {
  tenantId: string;
  grant: ResourceGrant;
  /** Whom it is granted to, as people know them. */
  of: string;
  ceiling: readonly string[];
  subjects: SubjectOptions;
};

export function GrantActions({ tenantId, grant, of, ceiling, subjects }: GrantActionsProps) {
  const [asked, setAsked] = useState<"edit" | "revoke" | null>(null);
  const { resource_id: resourceId, grant_id } = grant;
  const revoke = useChange(() => revokeGrant(tenantId, resourceId, grant_id));
  const close = () => setAsked(null);
  return (
    <>
      <RowActions of={of}>
        <DropdownMenuItem onSelect={() => setAsked("edit")}>
          <Pencil aria-hidden /> Edit
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsked("revoke")}>
          <ShieldX aria-hidden /> Revoke
        </DropdownMenuItem>
      </RowActions>
      <Dialog open={asked === "edit"} onOpenChange={(open) => !open && close()}>
        <DialogContent>
          <GrantEditor {...{ tenantId, resourceId, ceiling, subjects, grant }} onDone={close} />
        </DialogContent>
      </Dialog>
      <ConfirmDeleteDialog
        title="Revoke grant"
        description={`${of} loses ${grant.permissions.join(", ")} on every server within a second. The resource stays closed to everybody else.`}
        failedTitle="Not revoked"
        open={asked === "revoke"}
        onOpenChange={(open) => !open && close()}
        onConfirm={async () => {
          try {
            await revoke.mutateAsync(undefined);
          } catch (error) {
            return toFailure(error);
          }
          toast.success("The grant is revoked");
          return undefined;
        }}
      />
    </>
  );
}
