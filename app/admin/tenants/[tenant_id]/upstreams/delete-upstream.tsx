"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { deleteUpstream } from "#lib/client/upstreams.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";

type DeleteUpstreamProps = { upstream: Pick<Upstream, "tenant_id" | "upstream_id" | "name"> };

/** The button on an upstream's own page, which leads back to the list. */
export function DeleteUpstreamButton({ upstream }: DeleteUpstreamProps) {
  const router = useRouter();
  const { tenant_id, upstream_id, name } = upstream;
  const remove = useChange(() => deleteUpstream(tenant_id, upstream_id));
  return (
    <ConfirmDeleteDialog
      title="Delete upstream"
      description={`Tools of ${name} stay, and fail from now on: delete them too where nobody needs them.`}
      confirmText={upstream_id}
      onConfirm={async () => {
        try {
          await remove.mutateAsync(undefined);
        } catch (error) {
          return toFailure(error);
        }
        toast.success(`${name} is deleted`);
        router.replace(`/admin/tenants/${tenant_id}/upstreams`);
        return undefined;
      }}
      trigger={
        <Button variant="outline" size="sm">
          <Trash2 aria-hidden /> Delete
        </Button>
      }
    />
  );
}
