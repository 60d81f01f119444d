import { Brain, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Memory } from "#lib/memory/schema.ts";
import { listMemories } from "#lib/memory/service.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { MemoryActions } from "./memory-actions.tsx";
import { memoryHref } from "./memory-href.ts";
import { MemoryTabs } from "./memory-tabs.tsx";

export const metadata: Metadata = { title: "Memories" };

const excerptLength = 140;

const columns: Column<Memory>[] = [
  {
    id: "agent",
    header: "Agent",
    phone: "title",
    cell: (memory) => <RowTitle title={memory.agent_id} href={memoryHref(memory)} />,
  },
  {
    id: "context",
    header: "Context",
    cell: (memory) => (
      <code className="line-clamp-2 font-mono text-muted-foreground text-xs">
        {excerpt(memory.context)}
      </code>
    ),
  },
  {
    id: "created",
    header: "Created",
    cell: (memory) => (
      <Timestamp value={memory.created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
  {
    id: "updated",
    header: "Updated",
    cell: (memory) => (
      <Timestamp value={memory.updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

function excerpt(context: unknown): string {
  const text = JSON.stringify(context);
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}

type MemoriesPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function MemoriesPage({ params, searchParams }: MemoriesPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const page = await pageAt(asked.cursor, (at) => listMemories(ctx, { ...at, search }));
  const base = `/admin/tenants/${tenant.tenant_id}/memories`;
  const retention = tenant.mcp_config.memory_retention_days;
  const create = (
    <Button size="sm" asChild>
      <Link href={`${base}/register`}>
        <Plus aria-hidden /> New memory
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="Memories"
        description={
          <>
            <QuotaUse {...quotas.max_memory_entries} /> memories
            {typeof retention === "number"
              ? `, each kept ${retention} days after its last write`
              : ", kept for ever"}
          </>
        }
        actions={create}
      />
      <MemoryTabs tenantId={tenant.tenant_id} />
      <DataTable
        label="Memories"
        columns={columns}
        rows={page.items}
        rowKey={(memory) => memory.agent_id}
        actions={(memory) => (
          <MemoryActions memory={{ tenant_id: memory.tenant_id, agent_id: memory.agent_id }} />
        )}
        toolbar={<SearchBox label="Search agents" />}
        footer={<Pager nextCursor={page.next} />}
        empty={
          search || asked.cursor ? (
            <NoMatches what="memories" href={base} />
          ) : (
            <EmptyState
              icon={<Brain aria-hidden />}
              title="No memories yet"
              description="A memory is one agent's context: a JSON document that it reads and replaces."
              action={create}
            />
          )
        }
      />
    </>
  );
}
