"use client";

import { Pencil, ShieldCheck, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Resource } from "#lib/resources/schema.ts";
import { DeleteResourceDialog } from "./delete-resource.tsx";
import { resourceHref } from "./resource-href.ts";

type ResourceActionsProps = { resource: Pick<Resource, "tenant_id" | "resource_id" | "name"> };

export function ResourceActions({ resource }: ResourceActionsProps) {
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <RowActions of={resource.name}>
        <DropdownMenuItem asChild>
          <Link href={`${resourceHref(resource)}/edit`}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link href={`${resourceHref(resource)}/access`}>
            <ShieldCheck aria-hidden /> Access
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <DeleteResourceDialog resource={resource} open={deleting} onOpenChange={setDeleting} />
    </>
  );
}
