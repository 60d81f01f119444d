import { PlugZap, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { AuthorizationAlert } from "#components/upstreams/authorization-alert.tsx";
import { countToolsOf } from "#lib/tools/import/upstream/counts.ts";
import type { UpstreamToolCounts } from "#lib/tools/import/upstream/schema.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";
import { listUpstreams } from "#lib/upstreams/service.ts";
import { pageAt, type SearchParams } from "../../../../list-params.ts";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { UpstreamHealth } from "../upstream-health.tsx";
import { upstreamHref } from "../upstream-href.ts";

export const metadata: Metadata = { title: "Upstreams" };

type Row = Upstream & { counts: UpstreamToolCounts | undefined };

function Counts({ counts }: { counts: UpstreamToolCounts | undefined }) {
  if (!counts) return <span className="text-muted-foreground">Not read yet</span>;
  const held = counts.new + counts.changed;
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5 max-md:justify-end">
      <span className="whitespace-nowrap tabular-nums">
        {formatValue(counts.accepted + counts.changed, "count")} served
      </span>
      {held > 0 && <Badge tone="warning">{formatValue(held, "count")} to review</Badge>}
      {counts.gone > 0 && <Badge tone="danger">{formatValue(counts.gone, "count")} gone</Badge>}
    </span>
  );
}

const columns: Column<Row>[] = [
  {
    id: "upstream",
    header: "Upstream",
    phone: "title",
    cell: (upstream) => (
      <RowTitle title={upstream.name} href={upstreamHref(upstream)} id={upstream.upstream_id} />
    ),
  },
  { id: "tools", header: "Tools", cell: ({ counts }) => <Counts counts={counts} /> },
  { id: "health", header: "Health", cell: (upstream) => <UpstreamHealth upstream={upstream} /> },
  {
    id: "address",
    header: "Address",
    cell: ({ transport }) => (
      <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">
        {transport.type === "http"
          ? (URL.parse(transport.url)?.host ?? transport.url)
          : transport.command}
      </span>
    ),
  },
  {
    id: "prefix",
    header: "Prefix",
    phone: "hidden",
    cell: ({ prefix }) => <span className="font-mono text-xs">{prefix}</span>,
  },
  {
    id: "protocol",
    header: "MCP",
    phone: "hidden",
    cell: ({ server }) => server?.protocol ?? <span className="text-muted-foreground">–</span>,
  },
  {
    id: "answered",
    header: "Last answer",
    cell: ({ health }) =>
      health.last_ok_at === null ? (
        <span className="text-muted-foreground">Never</span>
      ) : (
        <Timestamp value={health.last_ok_at} className="whitespace-nowrap text-muted-foreground" />
      ),
  },
];

type UpstreamsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function UpstreamsPage({ params, searchParams }: UpstreamsPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const page = await pageAt(asked.cursor, (at) => listUpstreams(ctx, at));
  const counts = await countToolsOf(
    ctx,
    page.items.map(({ upstream_id }) => upstream_id),
  );
  const rows = page.items.map((upstream) => ({
    ...upstream,
    counts: counts.get(upstream.upstream_id),
  }));
  const base = `/admin/tenants/${tenant.tenant_id}/upstreams`;
  const add = (
    <Button size="sm" asChild>
      <Link href={`${base}/new`}>
        <Plus aria-hidden /> New upstream
      </Link>
    </Button>
  );
  return (
    <>
      <AuthorizationAlert outcome={asked.authorization} />
      <SectionHeader
        title="Upstreams"
        description="MCP servers elsewhere, whose tools, resources and prompts the tenant's agents can use."
        actions={add}
      />
      <DataTable
        label="Upstreams"
        columns={columns}
        rows={rows}
        rowKey={({ upstream_id }) => upstream_id}
        footer={<Pager nextCursor={page.next} />}
        empty={
          asked.cursor ? (
            <NoMatches what="upstreams" href={base} />
          ) : (
            <EmptyState
              icon={<PlugZap aria-hidden />}
              title="No upstreams yet"
              description="Add an MCP server, read what it lists, and accept the tools that agents may call."
              action={add}
            />
          )
        }
      />
    </>
  );
}
