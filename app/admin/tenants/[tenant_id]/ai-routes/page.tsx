import { Plus, Split } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listAiRoutes } from "#lib/gateway/routes.ts";
import type { AiRoute } from "#lib/gateway/schema.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { RouteActions } from "./route-actions.tsx";
import { routeHref } from "./route-href.ts";

export const metadata: Metadata = { title: "AI routes" };

function Models({ targets }: Pick<AiRoute, "targets">) {
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return (
    <ol className="flex min-w-0 flex-col gap-1">
      {targets.map(({ model, weight = 0, problem }) => (
        <li key={model} className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="font-mono text-xs [overflow-wrap:anywhere]">{model}</span>
          {total > 0 && weight > 0 && (
            <span className="text-muted-foreground text-xs">
              {Math.round((weight / total) * 100)}%
            </span>
          )}
          {problem !== null && <Badge tone="warning">{problem}</Badge>}
        </li>
      ))}
    </ol>
  );
}

const columns: Column<AiRoute>[] = [
  {
    id: "alias",
    header: "Route",
    phone: "title",
    cell: (route) => <RowTitle title={route.alias} href={routeHref(route)} />,
  },
  { id: "models", header: "Models, in order", cell: (route) => <Models targets={route.targets} /> },
  {
    id: "timeout",
    header: "Time for each",
    align: "end",
    cell: ({ timeout_ms }) => <span className="whitespace-nowrap">{timeout_ms / 1000} s</span>,
  },
  {
    id: "updated",
    header: "Changed",
    cell: ({ updated_at }) => (
      <Timestamp value={updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

export default async function AiRoutesPage({ params }: { params: TenantParams }) {
  const { ctx, tenant } = await openTenant((await params).tenant_id);
  const routes = await listAiRoutes(ctx);
  const add = (
    <Button size="sm" asChild>
      <Link href={`/admin/tenants/${tenant.tenant_id}/ai-routes/new`}>
        <Plus aria-hidden /> New route
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="AI routes"
        description="Names that applications ask for in place of a model. When one model fails or is busy, the next one answers."
        actions={add}
      />
      <DataTable
        label="AI routes"
        columns={columns}
        rows={routes}
        rowKey={({ alias }) => alias}
        actions={(route) => <RouteActions route={route} />}
        empty={
          <EmptyState
            icon={<Split aria-hidden />}
            title="No AI routes yet"
            description="Applications can ask for <provider>/<model> without one. A route adds models that answer when the first cannot."
            action={add}
          />
        }
      />
    </>
  );
}
