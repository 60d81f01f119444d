import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { idOf } from "../../../open-tenant.ts";
import { UpstreamForm } from "../../upstream-form.tsx";
import { openUpstream, type UpstreamParams } from "../open-upstream.ts";

export const metadata: Metadata = { title: "Edit upstream" };

export default async function EditUpstreamPage({ params }: { params: UpstreamParams }) {
  const { tenant_id, upstream_id } = await params;
  const { upstream } = await openUpstream(tenant_id, idOf(upstream_id));
  return (
    <>
      <SectionHeader
        title={`Edit ${upstream.name}`}
        description="A changed address or authentication disconnects whoever had connected."
      />
      <UpstreamForm tenantId={tenant_id} upstream={upstream} />
    </>
  );
}
