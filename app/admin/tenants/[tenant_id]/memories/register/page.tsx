import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { MemoryForm } from "../memory-form.tsx";

export const metadata: Metadata = { title: "New memory" };

export default async function NewMemoryPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader title="New memory" description="The context that one agent starts from." />
      <MemoryForm tenantId={tenant.tenant_id} />
    </>
  );
}
