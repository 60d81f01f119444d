import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { UpstreamForm } from "../upstream-form.tsx";

export const metadata: Metadata = { title: "New upstream" };

export default async function NewUpstreamPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New upstream"
        description="An MCP server elsewhere, whose tools the tenant's agents may call once they are accepted."
      />
      <UpstreamForm tenantId={tenant.tenant_id} />
    </>
  );
}
