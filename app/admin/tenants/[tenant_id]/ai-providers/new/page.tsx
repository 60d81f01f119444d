import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { ProviderForm } from "../provider-form.tsx";

export const metadata: Metadata = { title: "New AI provider" };

export default async function NewProviderPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New AI provider"
        description="Whose models the tenant's tools may ask."
      />
      <ProviderForm tenantId={tenant.tenant_id} />
    </>
  );
}
