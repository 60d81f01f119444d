import type { Metadata } from "next";
import { idOf } from "../../../open-tenant.ts";
import { UpstreamForm } from "../../upstream-form.tsx";
import { openUpstream, type UpstreamParams } from "../open-upstream.ts";

export const metadata: Metadata = { title: "Edit" };

export default async function EditUpstreamPage({ params }: { params: UpstreamParams }) {
  const { tenant_id, upstream_id } = await params;
  const { upstream } = await openUpstream(tenant_id, idOf(upstream_id));
  return (
    <>
      <p className="text-[0.8125rem] text-muted-foreground">
        A changed address or authentication disconnects whoever had connected.
      </p>
      <UpstreamForm tenantId={tenant_id} upstream={upstream} />
    </>
  );
}
