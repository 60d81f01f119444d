import { Building2, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { StatusBadge } from "#components/tenants/status-badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { overviewTenants, type TenantOverview } from "#lib/admin/overview.ts";
import { countTenants, listTenants } from "#lib/admin/tenants.ts";
import { operatorCtx } from "#lib/auth/session.ts";
import { env } from "#lib/core/env.ts";
import { pageAt, type SearchParams, textParam } from "../../list-params.ts";
import { TenantActions } from "./tenant-actions.tsx";

export const metadata: Metadata = { title: "Tenants" };

const columns: Column<TenantOverview>[] = [
  {
    id: "tenant",
    header: "Tenant",
    phone: "title",
    cell: ({ tenant }) => (
      <RowTitle
        title={tenant.name}
        id={tenant.tenant_id}
        href={`/admin/tenants/${tenant.tenant_id}`}
      />
    ),
  },
  { id: "status", header: "Status", cell: ({ tenant }) => <StatusBadge status={tenant.status} /> },
  {
    id: "memories",
    header: "Memories",
    align: "end",
    cell: ({ quotas }) => <QuotaUse {...quotas.max_memory_entries} />,
  },
  {
    id: "tools",
    header: "Tools",
    align: "end",
    cell: ({ quotas }) => <QuotaUse {...quotas.max_tools} />,
  },
  {
    id: "resources",
    header: "Resources",
    align: "end",
    cell: ({ quotas }) => <QuotaUse {...quotas.max_resources} />,
  },
  {
    id: "calls",
    header: "Calls, 24 h",
    align: "end",
    cell: ({ calls }) => formatValue(calls, "count"),
  },
  {
    id: "errors",
    header: "Errors, 24 h",
    align: "end",
    cell: ({ errors }) => (
      <span className={errors > 0 ? "text-destructive-text" : "text-muted-foreground"}>
        {formatValue(errors, "count")}
      </span>
    ),
  },
  {
    id: "created",
    header: "Created",
    cell: ({ tenant }) => (
      <Timestamp value={tenant.created_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

export default async function TenantsPage({ searchParams }: { searchParams: SearchParams }) {
  const ctx = await operatorCtx();
  const params = await searchParams;
  const search = textParam(params.q);
  const [page, count] = await Promise.all([
    pageAt(params.cursor, (at) => listTenants(ctx, { ...at, search })),
    countTenants(),
  ]);
  const rows = await overviewTenants(ctx, page.items);
  const create = env().TAUSESTACK_MULTI_TENANT_MODE && (
    <Button asChild>
      <Link href="/admin/tenants/configure">
        <Plus aria-hidden /> New tenant
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Tenants"
        description={`${formatValue(count, "count")} in this deployment`}
        actions={create}
      />
      <DataTable
        label="Tenants"
        columns={columns}
        rows={rows}
        rowKey={({ tenant }) => tenant.tenant_id}
        actions={({ tenant }) => <TenantActions tenant={tenant} />}
        toolbar={<SearchBox label="Search tenants" />}
        footer={<Pager nextCursor={page.next} />}
        empty={
          search || params.cursor ? (
            <NoMatches what="tenants" href="/admin/tenants" />
          ) : (
            <EmptyState
              icon={<Building2 aria-hidden />}
              title="No tenants yet"
              description="A tenant is one customer: its own tools, memory, resources, keys and meter."
              action={create}
            />
          )
        }
      />
    </>
  );
}
