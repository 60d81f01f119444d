import type { Metadata } from "next";
import { env } from "#lib/core/env.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { DangerZone } from "./danger-zone.tsx";
import { SettingsForm } from "./settings-form.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  return (
    <>
      <SettingsForm
        key={tenant.updated_at}
        tenant={tenant}
        defaultRequestsPerMinute={env().TAUSESTACK_REQUESTS_PER_MINUTE}
      />
      <DangerZone tenantId={tenant.tenant_id} name={tenant.name} status={tenant.status} />
    </>
  );
}
