"use client";

import { Pencil, ShieldCheck } from "lucide-react";
import { RowMenu } from "#components/data-table/row-menu.tsx";
import type { Resource } from "#lib/resources/schema.ts";
import { DeleteResourceDialog } from "./delete-resource.tsx";
import { resourceHref } from "./resource-href.ts";

type ResourceActionsProps = { resource: Pick<Resource, "tenant_id" | "resource_id" | "name"> };

export function ResourceActions({ resource }: ResourceActionsProps) {
  const href = resourceHref(resource);
  return (
    <RowMenu
      of={resource.name}
      links={[
        { href: `${href}/edit`, label: "Edit", icon: Pencil },
        { href: `${href}/access`, label: "Access", icon: ShieldCheck },
      ]}
    >
      {(dialog) => <DeleteResourceDialog resource={resource} {...dialog} />}
    </RowMenu>
  );
}
