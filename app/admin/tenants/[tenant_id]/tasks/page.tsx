import { Hourglass } from "lucide-react";
import type { Metadata } from "next";
import { PrincipalName } from "#components/audit/principal-name.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { type Task, taskStatuses } from "#lib/tasks/schema.ts";
import { listTasks } from "#lib/tasks/service.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { LiveTasks } from "./live-tasks.tsx";
import { TaskDialog } from "./task-dialog.tsx";
import { TaskDuration } from "./task-duration.tsx";
import { isRunning, statusOptions, TaskStatus } from "./task-status.tsx";

export const metadata: Metadata = { title: "Tasks" };

const columns: Column<Task>[] = [
  {
    id: "tool",
    header: "Tool",
    phone: "title",
    cell: (task) => <RowTitle title={task.mcp_name} id={`${task.task_id.slice(0, 13)}…`} />,
  },
  {
    id: "status",
    header: "Status",
    cell: (task) => (
      <div className="flex flex-col gap-1 max-md:items-end">
        <TaskStatus task={task} />
        {task.status_message && (
          <span className="line-clamp-2 max-w-72 text-muted-foreground text-xs">
            {task.status_message}
          </span>
        )}
      </div>
    ),
  },
  {
    id: "by",
    header: "By",
    cell: (task) => <PrincipalName of={{ type: task.principal_type, id: task.principal_id }} />,
  },
  {
    id: "started",
    header: "Started",
    cell: (task) => <Timestamp value={task.created_at} className="whitespace-nowrap" />,
  },
  {
    id: "duration",
    header: "Duration",
    align: "end",
    cell: (task) => <TaskDuration task={task} />,
  },
];

type TasksPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function TasksPage({ params, searchParams }: TasksPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const status = taskStatuses.find((each) => each === asked.status);
  const page = await pageAt(asked.cursor, (at) => listTasks(ctx, { ...at, search, status }));
  const narrowed = search || status || asked.cursor;
  return (
    <>
      <SectionHeader
        title="Tasks"
        description={
          <>
            Tool calls that go on after their request, each kept for a day. Running now:{" "}
            <QuotaUse {...quotas.max_running_tasks} />
          </>
        }
      />
      {page.items.some(isRunning) && <LiveTasks />}
      <DataTable
        label="Tasks"
        columns={columns}
        rows={page.items}
        rowKey={(task) => task.task_id}
        actions={(task) => <TaskDialog task={task} />}
        toolbar={
          <>
            <SearchBox label="Search tasks" />
            <FilterSelect label="Status" param="status" options={statusOptions} />
          </>
        }
        footer={<Pager nextCursor={page.next} />}
        empty={
          narrowed ? (
            <NoMatches what="tasks" href={`/admin/tenants/${tenant.tenant_id}/tasks`} />
          ) : (
            <EmptyState
              icon={<Hourglass aria-hidden />}
              title="No tasks yet"
              description="A tool that supports tasks answers MCP clients that know them at once, and goes on here."
            />
          )
        }
      />
    </>
  );
}
