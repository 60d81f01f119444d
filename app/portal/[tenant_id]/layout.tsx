import { Handshake, Link2, Package, Plug, Unplug, Users } from "lucide-react";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { roleLabel } from "#components/members/roles.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { memberCtx } from "#lib/auth/session.ts";
import { PortalShell } from "../portal-shell.tsx";
import { openPortal, type PortalParams } from "./open-portal.ts";

type PortalTenantProps = { params: PortalParams; children: ReactNode };

export async function generateMetadata({ params }: PortalTenantProps): Promise<Metadata> {
  const { tenantName } = await openPortal((await params).tenant_id);
  return {
    title: { template: `%s · ${tenantName} · TauseStack`, default: `${tenantName} · TauseStack` },
  };
}

export default async function PortalTenantLayout({ params, children }: PortalTenantProps) {
  const { ctx, tenantId, tenantName, role } = await openPortal((await params).tenant_id);
  const { email } = await memberCtx();
  const base = `/portal/${tenantId}`;
  const may = ctx.permissions;
  const items = [
    { href: `${base}/connect`, label: "Connect", icon: <Plug aria-hidden /> },
    ...(may.has("upstreams:read")
      ? [{ href: `${base}/linked-accounts`, label: "Linked accounts", icon: <Link2 aria-hidden /> }]
      : []),
    ...(may.has("apps:read")
      ? [{ href: `${base}/apps`, label: "Connected apps", icon: <Unplug aria-hidden /> }]
      : []),
    ...(may.has("tools:read")
      ? [{ href: `${base}/bundle`, label: "Import & export", icon: <Package aria-hidden /> }]
      : []),
    ...(may.has("federation:write")
      ? [{ href: `${base}/offers`, label: "Offers", icon: <Handshake aria-hidden /> }]
      : []),
    ...(may.has("members:read")
      ? [{ href: `${base}/members`, label: "Members", icon: <Users aria-hidden /> }]
      : []),
  ];
  return (
    <PortalShell
      root={base}
      email={email}
      title={`${roleLabel(role)} of ${tenantName}`}
      nav={{ label: tenantName, items }}
    >
      <PageHeader
        title={tenantName}
        badge={<Badge>{roleLabel(role)}</Badge>}
        description={<span className="font-mono text-[0.8125rem]">{tenantId}</span>}
      />
      {children}
    </PortalShell>
  );
}
