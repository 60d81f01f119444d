import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { ResourceForm } from "../resource-form.tsx";

export const metadata: Metadata = { title: "Register resource" };

export default async function RegisterResourcePage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="Register resource"
        description="Something that the tenant's agents may use: a database, a folder, an API."
      />
      <ResourceForm tenantId={tenant.tenant_id} />
    </>
  );
}
