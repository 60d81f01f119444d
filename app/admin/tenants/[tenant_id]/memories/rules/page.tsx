import { Share2 } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listAllMemoryGrants } from "#lib/memory/sharing/grants.ts";
import { listNamespaces } from "#lib/memory/sharing/namespaces.ts";
import type { MemoryGrantView } from "#lib/memory/sharing/schema.ts";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { MemoryTabs } from "../memory-tabs.tsx";
import { EraseMemoryButton } from "./erase-memory.tsx";
import { GrantActions } from "./grant-actions.tsx";
import { LifetimeButton } from "./lifetime-dialog.tsx";
import { NamespaceLives } from "./namespace-lives.tsx";
import { ShareButton } from "./share-dialog.tsx";

export const metadata: Metadata = { title: "Sharing and retention of memories" };

const columns: Column<MemoryGrantView>[] = [
  {
    id: "memory",
    header: "Memory",
    phone: "title",
    cell: ({ agent_id, namespace }) => (
      <RowTitle
        title={agent_id}
        id={namespace === "*" ? "every namespace, and its context document" : namespace}
      />
    ),
  },
  {
    id: "grantee",
    header: "Shared with",
    cell: ({ type, id }) => (
      <span className="[overflow-wrap:anywhere]">
        <span className="text-muted-foreground">{type}</span> {id}
      </span>
    ),
  },
  { id: "access", header: "May", cell: ({ access }) => <Badge>{access}</Badge> },
  {
    id: "since",
    header: "Since",
    cell: ({ created_at }) => (
      <Timestamp value={created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

/** Who besides an agent itself has its memory, how long namespaces are kept, and erasures. */
export default async function MemoryRulesPage({ params }: { params: TenantParams }) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const { tenant_id: tenantId } = tenant;
  const [grants, namespaces] = await Promise.all([listAllMemoryGrants(ctx), listNamespaces(ctx)]);
  return (
    <>
      <SectionHeader
        title="Sharing and retention"
        description="An agent's memory is its own until somebody else is granted a namespace of it."
        actions={<ShareButton tenantId={tenantId} />}
      />
      <MemoryTabs tenantId={tenantId} />
      <DataTable
        label="Grants of memory"
        columns={columns}
        rows={grants}
        rowKey={({ agent_id, namespace, type, id }) =>
          JSON.stringify([agent_id, namespace, type, id])
        }
        actions={(grant) => <GrantActions tenantId={tenantId} grant={grant} />}
        empty={
          <EmptyState
            icon={<Share2 aria-hidden />}
            title="Nothing is shared"
            description="Keys that act for an agent use that agent's memory alone. Keys without an agent, and people with the scope, use all of it."
          />
        }
      />
      <Card>
        <CardHeader>
          <CardTitle>Lives of namespaces</CardTitle>
          <CardDescription>
            How long memories of a namespace are kept after their last write, whichever agent's.
          </CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col items-start gap-4">
          <NamespaceLives tenantId={tenantId} namespaces={namespaces} />
          <LifetimeButton tenantId={tenantId} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Erasure</CardTitle>
          <CardDescription>
            Erases all of an agent's memory, or all that is about a person, with versions, trash and
            embeddings. A certificate stays in the audit log, and nothing that was said.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <EraseMemoryButton tenantId={tenantId} />
        </CardContent>
      </Card>
    </>
  );
}
