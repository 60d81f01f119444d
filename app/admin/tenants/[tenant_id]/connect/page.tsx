import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { ConnectGuide } from "#components/connect/connect-guide.tsx";
import { GatewayCard } from "#components/connect/gateway-card.tsx";
import { McpAddresses } from "#components/connect/mcp-addresses.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Button } from "#components/ui/button.tsx";
import { tenantPermissions } from "#lib/core/permissions.ts";
import { publicUrl } from "#lib/http/origin.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Connect" };

export default async function ConnectPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  const url = publicUrl();
  const own = `${url}/t/${tenant.tenant_id}/mcp`;
  return (
    <>
      <SectionHeader
        title="Connect"
        description="How MCP clients and applications reach this tenant."
        actions={
          <Button variant="outline" size="sm" asChild>
            <Link href={`/admin/tenants/${tenant.tenant_id}/keys`}>
              <KeyRound aria-hidden /> Keys
            </Link>
          </Button>
        }
      />
      <McpAddresses shared={`${url}/mcp`} own={own} />
      <ConnectGuide tenantId={tenant.tenant_id} url={own} grantable={tenantPermissions} />
      <GatewayCard url={url} />
    </>
  );
}
