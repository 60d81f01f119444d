import type { Metadata } from "next";
import { idOf } from "../../../open-tenant.ts";
import { ResourceForm } from "../../resource-form.tsx";
import { editableText, loadPreview } from "../load-preview.ts";
import { openResource, type ResourceParams } from "../open-resource.ts";

export const metadata: Metadata = { title: "Edit resource" };

export default async function EditResourcePage({ params }: { params: ResourceParams }) {
  const { tenant_id, resource_id } = await params;
  const { resource } = await openResource(tenant_id, idOf(resource_id));
  const preview = await loadPreview(tenant_id, resource);
  return <ResourceForm tenantId={tenant_id} resource={resource} text={editableText(preview)} />;
}
