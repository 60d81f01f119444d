"use client";

import { Lock, LockOpen } from "lucide-react";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { closeResource, openResource } from "#lib/client/resource-access.ts";
import { useChange } from "#lib/client/use-change.ts";

type OpennessButtonProps = { tenantId: string; resourceId: string; open: boolean };

/** Closes an open resource to everybody, or opens one to the whole tenant; both ask before. */
export function OpennessButton({ tenantId, resourceId, open }: OpennessButtonProps) {
  const turn = useChange(() => (open ? closeResource : openResource)(tenantId, resourceId));
  const title = open ? "Close to everybody" : "Open to everyone";
  return (
    <ConfirmDeleteDialog
      title={title}
      description={
        open
          ? "Nobody may use it, and it is not there for anybody, until it is granted to them."
          : "All of its grants are revoked, and anyone of the tenant with the scope may use what it offers."
      }
      failedTitle="Nothing was changed"
      onConfirm={async () => {
        try {
          await turn.mutateAsync(undefined);
        } catch (error) {
          return toFailure(error);
        }
        toast.success(open ? "The resource is closed" : "The resource is open");
        return undefined;
      }}
      trigger={
        <Button variant="outline" size="sm">
          {open ? <Lock aria-hidden /> : <LockOpen aria-hidden />} {title}
        </Button>
      }
    />
  );
}
