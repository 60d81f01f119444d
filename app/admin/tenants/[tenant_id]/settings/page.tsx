import type { Metadata } from "next";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { env } from "#lib/core/env.ts";
import { listSwitches } from "#lib/tools/governance/switches.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { StopButton, StoppedNotice } from "../tools/stop-switch.tsx";
import { DangerZone } from "./danger-zone.tsx";
import { SettingsForm } from "./settings-form.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage({ params }: { params: TenantParams }) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { items } = await listSwitches(ctx, {});
  const stopped = items.find(({ scope }) => scope === "tenant");
  return (
    <>
      <SettingsForm
        key={tenant.updated_at}
        tenant={tenant}
        defaultRequestsPerMinute={env().TAUSESTACK_REQUESTS_PER_MINUTE}
      />
      <Card>
        <CardHeader>
          <CardTitle>Kill switch</CardTitle>
          <CardDescription>
            Every tool at once. One tool is stopped on its Access tab, one agent here.
          </CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col items-start gap-3">
          {items.map((each) => (
            <div key={each.switch_id} className="w-full">
              <StoppedNotice tenantId={tenant.tenant_id} stopped={each} />
            </div>
          ))}
          <span className="flex flex-wrap gap-2">
            {!stopped && (
              <StopButton
                tenantId={tenant.tenant_id}
                target={{ scope: "tenant" }}
                what="all tools"
              />
            )}
            <StopButton tenantId={tenant.tenant_id} target={{ scope: "agent" }} what="an agent" />
          </span>
        </CardContent>
      </Card>
      <DangerZone tenantId={tenant.tenant_id} name={tenant.name} status={tenant.status} />
    </>
  );
}
