"use client";

import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import type { DialogState } from "#components/forms/form-dialog.tsx";
import { deleteResource } from "#lib/client/resources.ts";
import type { Resource } from "#lib/resources/schema.ts";

type Deletable = Pick<Resource, "tenant_id" | "resource_id" | "name">;

function useResourceDeletion(resource: Deletable) {
  return useDeletion(
    {
      title: "Delete resource",
      description: `The tenant's agents lose ${resource.name} at once. What it points to is left alone.`,
      done: `${resource.name} is deleted`,
    },
    () => deleteResource(resource.tenant_id, resource.resource_id),
  );
}

/** Asks before a resource of a list is deleted. */
export function DeleteResourceDialog({
  resource,
  ...dialog
}: DialogState & { resource: Deletable }) {
  return <ConfirmDeleteDialog {...useResourceDeletion(resource)} {...dialog} />;
}

/** The button on a resource's own page. */
export function DeleteResourceButton({ resource }: { resource: Deletable }) {
  const list = `/admin/tenants/${resource.tenant_id}/resources`;
  return <DeleteButton deletion={useResourceDeletion(resource)} list={list} />;
}
