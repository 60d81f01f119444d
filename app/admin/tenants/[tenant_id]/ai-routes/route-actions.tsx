"use client";

import { Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { deleteAiRoute } from "#lib/client/ai-routes.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { AiRoute } from "#lib/gateway/schema.ts";
import { routeHref } from "./route-href.ts";

export function RouteActions({ route }: { route: Pick<AiRoute, "tenant_id" | "alias"> }) {
  const { tenant_id, alias } = route;
  const [asking, setAsking] = useState(false);
  const remove = useChange(() => deleteAiRoute(tenant_id, alias));

  async function confirm() {
    try {
      await remove.mutateAsync(undefined);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${alias} is deleted`);
    return undefined;
  }

  return (
    <>
      <RowActions of={alias}>
        <DropdownMenuItem asChild>
          <Link href={routeHref(route)}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <ConfirmDeleteDialog
        title="Delete AI route"
        description="Applications that ask for it fail from the next request on."
        confirmText={alias}
        onConfirm={confirm}
        open={asking}
        onOpenChange={setAsking}
      />
    </>
  );
}
