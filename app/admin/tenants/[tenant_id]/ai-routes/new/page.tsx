import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { RouteForm } from "../route-form.tsx";

export const metadata: Metadata = { title: "New AI route" };

export default async function NewRoutePage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New AI route"
        description="A name for models that stand in for one another."
      />
      <RouteForm tenantId={tenant.tenant_id} />
    </>
  );
}
