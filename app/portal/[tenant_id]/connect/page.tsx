import type { Metadata } from "next";
import { ConnectGuide } from "#components/connect/connect-guide.tsx";
import { GatewayCard } from "#components/connect/gateway-card.tsx";
import { McpAddresses } from "#components/connect/mcp-addresses.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { tenantPermissions } from "#lib/core/permissions.ts";
import { publicUrl } from "#lib/http/origin.ts";
import { openPortal, type PortalParams } from "../open-portal.ts";

export const metadata: Metadata = { title: "Connect" };

export default async function PortalConnectPage({ params }: { params: PortalParams }) {
  const { ctx, tenantId } = await openPortal((await params).tenant_id);
  const url = publicUrl();
  const own = `${url}/t/${tenantId}/mcp`;
  const mayMakeKeys = ctx.permissions.has("keys:write");
  const grantable = tenantPermissions.filter((scope) => mayMakeKeys && ctx.permissions.has(scope));
  return (
    <>
      <SectionHeader
        title="Connect"
        description="How MCP clients and applications reach this tenant."
      />
      <McpAddresses shared={`${url}/mcp`} own={own} />
      <ConnectGuide tenantId={tenantId} url={own} grantable={grantable} />
      <GatewayCard url={url} />
    </>
  );
}
