import { ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import { PrincipalName } from "#components/audit/principal-name.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listApprovals } from "#lib/tools/governance/approvals.ts";
import { type Approval, approvalStatuses } from "#lib/tools/governance/schema.ts";
import { pageAt, type SearchParams } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { LiveTasks } from "../tasks/live-tasks.tsx";
import { ApprovalDialog } from "./approval-dialog.tsx";

export const metadata: Metadata = { title: "Approvals" };

const looks = {
  pending: { tone: "warning", word: "Pending" },
  approved: { tone: "accent", word: "Approved" },
  used: { tone: "success", word: "Used" },
  denied: { tone: "danger", word: "Denied" },
  expired: { tone: "neutral", word: "Expired" },
} as const;

const columns: Column<Approval>[] = [
  {
    id: "tool",
    header: "Tool",
    phone: "title",
    cell: (each) => <RowTitle title={each.mcp_name} id={`${each.approval_id.slice(0, 17)}…`} />,
  },
  {
    id: "status",
    header: "Status",
    cell: ({ status, note }) => (
      <div className="flex flex-col gap-1 max-md:items-end">
        <Badge tone={looks[status].tone} dot>
          {looks[status].word}
        </Badge>
        {note && (
          <span className="line-clamp-2 max-w-72 text-muted-foreground text-xs">{note}</span>
        )}
      </div>
    ),
  },
  {
    id: "by",
    header: "Asked by",
    cell: ({ asked_by }) => <PrincipalName of={asked_by} />,
  },
  {
    id: "asked",
    header: "Asked",
    cell: ({ created_at }) => <Timestamp value={created_at} className="whitespace-nowrap" />,
  },
  {
    id: "until",
    header: "Until",
    cell: ({ expires_at }) => <Timestamp value={expires_at} className="whitespace-nowrap" />,
  },
];

type ApprovalsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function ApprovalsPage({ params, searchParams }: ApprovalsPageProps) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const status = approvalStatuses.find((each) => each === asked.status);
  const [page, pending] = await Promise.all([
    pageAt(asked.cursor, (at) => listApprovals(ctx, { ...at, status })),
    status || asked.cursor ? null : listApprovals(ctx, { status: "pending", limit: 100 }),
  ]);
  // Those that wait come first, on the first page.
  const waiting = new Set(pending?.items.map(({ approval_id }) => approval_id));
  const rest = page.items.filter(({ approval_id }) => !waiting.has(approval_id));
  const rows = [...(pending?.items ?? []), ...rest];
  const narrowed = status || asked.cursor;
  return (
    <>
      <SectionHeader
        title="Approvals"
        description="Calls of tools that run after somebody else has approved them. A request waits an hour, and an approval is good for one call within the next."
      />
      <LiveTasks />
      <DataTable
        label="Approvals"
        columns={columns}
        rows={rows}
        rowKey={({ approval_id }) => approval_id}
        actions={(each) => <ApprovalDialog tenantId={tenant.tenant_id} approval={each} />}
        toolbar={
          <FilterSelect
            label="Status"
            param="status"
            options={approvalStatuses.map((value) => ({ value, label: looks[value].word }))}
          />
        }
        footer={<Pager nextCursor={page.next} />}
        empty={
          narrowed ? (
            <NoMatches what="approvals" href={`/admin/tenants/${tenant.tenant_id}/approvals`} />
          ) : (
            <EmptyState
              icon={<ShieldCheck aria-hidden />}
              title="No call waits for approval"
              description="A tool's Access tab says which of its calls need one."
            />
          )
        }
      />
    </>
  );
}
