import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { DynamicToolForm } from "./dynamic-tool-form.tsx";

export const metadata: Metadata = { title: "New dynamic tool" };

export default async function NewDynamicToolPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New dynamic tool"
        description="Created under an id of its own, and there for MCP clients at once."
      />
      <DynamicToolForm tenantId={tenant.tenant_id} />
    </>
  );
}
