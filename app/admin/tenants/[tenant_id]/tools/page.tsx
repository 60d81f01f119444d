import { FileDown, Plus, Wrench, Zap } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listSwitches } from "#lib/tools/governance/switches.ts";
import { haltsOf } from "#lib/tools/governance/visibility.ts";
import { type Tool, toolStatuses } from "#lib/tools/schema.ts";
import { listTools } from "#lib/tools/service.ts";
import { toolTypes } from "#lib/tools/types.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { StoppedNotice } from "./stop-switch.tsx";
import { ToolActions } from "./tool-actions.tsx";
import { toolHref } from "./tool-href.ts";
import { ToolRuntime } from "./tool-runtime.tsx";
import { ToolStatus } from "./tool-status.tsx";

export const metadata: Metadata = { title: "Tools" };

// A tenant may have given each tool a type of its own; a menu of more than these helps nobody.
const mostTypes = 30;

type ListedTool = Tool & { halted: "disabled" | "stopped" | undefined };

const columns: Column<ListedTool>[] = [
  {
    id: "tool",
    header: "Tool",
    phone: "title",
    cell: (tool) => (
      <RowTitle title={tool.title ?? tool.name} id={tool.tool_id} href={toolHref(tool)} />
    ),
  },
  {
    id: "kind",
    header: "Kind",
    cell: (tool) =>
      tool.is_dynamic ? <Badge tone="accent">Dynamic</Badge> : <Badge>Registered</Badge>,
  },
  {
    id: "status",
    header: "Status",
    cell: (tool) => <ToolStatus tool={tool} halted={tool.halted} />,
  },
  { id: "runs", header: "Runs", cell: (tool) => <ToolRuntime config={tool.config} /> },
  {
    id: "mcp",
    header: "MCP name",
    cell: (tool) => <Code>{tool.mcp_name}</Code>,
  },
  {
    id: "updated",
    header: "Updated",
    cell: (tool) => (
      <Timestamp value={tool.updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type ToolsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function ToolsPage({ params, searchParams }: ToolsPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const tool_type = textParam(asked.type);
  const include_dynamic = asked.kind !== "registered";
  const status = toolStatuses.find((each) => each === asked.status);
  const [page, types, haltOf, switches] = await Promise.all([
    pageAt(asked.cursor, (at) =>
      listTools(ctx, { ...at, include_dynamic, search, tool_type, status: status ?? "all" }),
    ),
    toolTypes(ctx),
    haltsOf(ctx),
    listSwitches(ctx, {}),
  ]);
  const base = `/admin/tenants/${tenant.tenant_id}/tools`;
  const narrowed = search || status || tool_type || !include_dynamic || asked.cursor;
  return (
    <>
      <SectionHeader
        title="Tools"
        description={
          <>
            <QuotaUse {...quotas.max_tools} /> tools, <QuotaUse {...quotas.max_dynamic_tools} />{" "}
            dynamic ones
          </>
        }
        actions={<NewToolButtons base={base} />}
      />
      {switches.items.map(
        (each) =>
          each.scope !== "tool" && (
            <StoppedNotice key={each.switch_id} tenantId={tenant.tenant_id} stopped={each} />
          ),
      )}
      <DataTable
        label="Tools"
        columns={columns}
        rows={page.items.map((tool) => ({ ...tool, halted: haltOf(tool) }))}
        rowKey={(tool) => tool.tool_id}
        actions={(tool) => <ToolActions tool={tool} />}
        toolbar={
          <>
            <SearchBox label="Search tools" />
            <FilterSelect
              label="Kind"
              param="kind"
              options={[{ value: "registered", label: "Registered only" }]}
            />
            <FilterSelect
              label="Status"
              param="status"
              options={[
                { value: "published", label: "Published" },
                { value: "draft", label: "Draft" },
                { value: "archived", label: "Archived" },
              ]}
            />
            {types.length > 0 && (
              <FilterSelect
                label="Type"
                param="type"
                options={types.slice(0, mostTypes).map((type) => ({ value: type, label: type }))}
              />
            )}
          </>
        }
        footer={<Pager nextCursor={page.next} />}
        empty={
          narrowed ? (
            <NoMatches what="tools" href={base} />
          ) : (
            <EmptyState
              icon={<Wrench aria-hidden />}
              title="No tools yet"
              description="A tool is what the tenant's agents may call: an HTTP address, code of yours, a language model or another server's tool."
              action={<NewToolButtons base={base} />}
            />
          )
        }
      />
    </>
  );
}

function NewToolButtons({ base }: { base: string }) {
  return (
    <>
      <Button variant="outline" size="sm" asChild>
        <Link href={`${base}/import`}>
          <FileDown aria-hidden /> Import
        </Link>
      </Button>
      <Button variant="outline" size="sm" asChild>
        <Link href={`${base}/register`}>
          <Plus aria-hidden /> Register tool
        </Link>
      </Button>
      <Button size="sm" asChild>
        <Link href={`${base}/dynamic`}>
          <Zap aria-hidden /> New dynamic tool
        </Link>
      </Button>
    </>
  );
}
