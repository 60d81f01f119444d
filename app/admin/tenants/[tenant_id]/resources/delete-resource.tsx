"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteResource } from "#lib/client/resources.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Resource } from "#lib/resources/schema.ts";

type Deletable = Pick<Resource, "tenant_id" | "resource_id" | "name">;

type DeleteResourceDialogProps = {
  resource: Deletable;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

function useDeletion(resource: Deletable) {
  const remove = useChange(() => deleteResource(resource.tenant_id, resource.resource_id));
  return {
    title: "Delete resource",
    description: `The tenant's agents lose ${resource.name} at once. What it points to is left alone.`,
    async onConfirm() {
      try {
        await remove.mutateAsync(undefined);
      } catch (error) {
        return toFailure(error);
      }
      toast.success(`${resource.name} is deleted`);
      return undefined;
    },
  };
}

/** Asks before a resource of a list is deleted. */
export function DeleteResourceDialog({ resource, open, onOpenChange }: DeleteResourceDialogProps) {
  return <ConfirmDeleteDialog {...useDeletion(resource)} open={open} onOpenChange={onOpenChange} />;
}

/** The button on a resource's own page, which leads back to the list. */
export function DeleteResourceButton({ resource }: { resource: Deletable }) {
  const router = useRouter();
  const deletion = useDeletion(resource);
  return (
    <ConfirmDeleteDialog
      {...deletion}
      onConfirm={async () => {
        const failure = await deletion.onConfirm();
        if (!failure) router.replace(`/admin/tenants/${resource.tenant_id}/resources`);
        return failure;
      }}
      trigger={
        <Button variant="outline" size="sm">
          <Trash2 aria-hidden /> Delete
        </Button>
      }
    />
  );
}
