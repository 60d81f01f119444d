"use client";

import { Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { deleteAiRoute } from "#lib/client/ai-routes.ts";
import type { AiRoute } from "#lib/gateway/schema.ts";
import { routeHref } from "./route-href.ts";

export function RouteActions({ route }: { route: Pick<AiRoute, "tenant_id" | "alias"> }) {
  const { tenant_id, alias } = route;
  const [asking, setAsking] = useState(false);
  const deletion = useDeletion(
    {
      title: "Delete AI route",
      description: "Applications that ask for it fail from the next request on.",
      confirmText: alias,
      done: `${alias} is deleted`,
    },
    () => deleteAiRoute(tenant_id, alias),
  );

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
      <ConfirmDeleteDialog {...deletion} open={asking} onOpenChange={setAsking} />
    </>
  );
}
