import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { PeerForm } from "../peer-form.tsx";

export const metadata: Metadata = { title: "New peer" };

export default async function NewPeerPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SectionHeader
        title="New peer"
        description="Another deployment, whose memories and tools are copied here as they change."
      />
      <PeerForm tenantId={tenant.tenant_id} />
    </>
  );
}
