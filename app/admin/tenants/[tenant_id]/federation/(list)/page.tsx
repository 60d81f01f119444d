import { Network, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listPeers } from "#lib/federation/pulls/peers.ts";
import type { FederationPeer } from "#lib/federation/pulls/schema.ts";
import { pageAt, type SearchParams } from "../../../../list-params.ts";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { kindsText } from "../peer-form-schema.ts";
import { PeerHealth } from "../peer-health.tsx";
import { peerHref } from "../peer-href.ts";

export const metadata: Metadata = { title: "Federation" };

const none = (text: string) => <span className="text-muted-foreground">{text}</span>;

const time = (value: string | null, otherwise: string) =>
  value === null ? (
    none(otherwise)
  ) : (
    <Timestamp value={value} className="whitespace-nowrap text-muted-foreground" />
  );

const columns: Column<FederationPeer>[] = [
  {
    id: "peer",
    header: "Peer",
    phone: "title",
    cell: (peer) => <RowTitle title={peer.name} href={peerHref(peer)} id={peer.peer_id} />,
  },
  { id: "health", header: "Health", cell: (peer) => <PeerHealth peer={peer} /> },
  { id: "pulls", header: "Pulls", cell: ({ pulls }) => kindsText(pulls) },
  {
    id: "address",
    header: "Address",
    cell: ({ url }) => (
      <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">
        {URL.parse(url)?.host ?? url}
      </span>
    ),
  },
  {
    id: "last",
    header: "Last pull",
    cell: ({ health }) => time(health.last_pull_at, "Never"),
  },
  {
    id: "next",
    header: "Next pull",
    cell: ({ next_pull_at }) => time(next_pull_at, "By hand"),
  },
];

type FederationPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function FederationPage({ params, searchParams }: FederationPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { cursor } = await searchParams;
  const page = await pageAt(cursor, (at) => listPeers(ctx, at));
  const base = `/admin/tenants/${tenant.tenant_id}/federation`;
  const add = (
    <Button size="sm" asChild>
      <Link href={`${base}/new`}>
        <Plus aria-hidden /> New peer
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="Federation"
        description="Other deployments that the tenant pulls memories and tools from. What agents may call is approved here."
        actions={add}
      />
      {tenant.mcp_config.federation_enabled !== true && (
        <Alert tone="warning" title="Federation is off for this tenant">
          Nothing is pulled, and no peer may pull from it. Switch it on in the tenant's{" "}
          <Link href={`/admin/tenants/${tenant.tenant_id}/settings`} className="underline">
            settings
          </Link>
          .
        </Alert>
      )}
      <DataTable
        label="Peers"
        columns={columns}
        rows={page.items}
        rowKey={({ peer_id }) => peer_id}
        footer={<Pager nextCursor={page.next} />}
        empty={
          cursor ? (
            <NoMatches what="peers" href={base} />
          ) : (
            <EmptyState
              icon={<Network aria-hidden />}
              title="No peers yet"
              description="Register a deployment, and pull what changes there, by hand or by a schedule. Once one is registered, the tenant pulls from no other address."
              action={add}
            />
          )
        }
      />
    </>
  );
}
