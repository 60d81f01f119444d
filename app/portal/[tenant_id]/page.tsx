import { redirect } from "next/navigation";
import { openPortal, type PortalParams } from "./open-portal.ts";

export default async function PortalTenantHome({ params }: { params: PortalParams }) {
  const { tenantId } = await openPortal((await params).tenant_id);
  redirect(`/portal/${tenantId}/connect`);
}
