import { Database, Plus } from "lucide-react";
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
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { closedResources } from "#lib/resources/access/access.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { listResources, resourceTypes } from "#lib/resources/service.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { Permissions } from "./permissions.tsx";
import { ResourceActions } from "./resource-actions.tsx";
import { resourceHref } from "./resource-href.ts";

export const metadata: Metadata = { title: "Resources" };

// A tenant may have given each resource a type of its own; a menu of more than these helps nobody.
const mostTypes = 30;

const columnsOf = (isClosed: (id: string) => boolean): Column<Resource>[] => [
  {
    id: "resource",
    header: "Resource",
    phone: "title",
    cell: (resource) => (
      <RowTitle
        title={resource.title ?? resource.name}
        id={resource.resource_id}
        href={resourceHref(resource)}
      />
    ),
  },
  {
    id: "type",
    header: "Type",
    cell: (resource) => (
      <span className="flex flex-wrap gap-1.5">
        <Badge>{resource.type}</Badge>
        {resource.is_template && <Badge tone="accent">Template</Badge>}
      </span>
    ),
  },
  {
    id: "uri",
    header: "Address",
    cell: (resource) => <Code>{resource.uri}</Code>,
  },
  {
    id: "size",
    header: "Kept here",
    cell: ({ size }) => (
      <span className="whitespace-nowrap text-muted-foreground tabular-nums">
        {formatValue(size, "bytes")}
      </span>
    ),
  },
  {
    id: "permissions",
    header: "Permissions",
    cell: (resource) => <Permissions words={resource.access_permissions} />,
  },
  {
    id: "access",
    header: "Open to",
    cell: ({ resource_id }) =>
      isClosed(resource_id) ? <Badge tone="warning">Granted only</Badge> : <Badge>Everyone</Badge>,
  },
  {
    id: "updated",
    header: "Updated",
    cell: (resource) => (
      <Timestamp value={resource.updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type ResourcesPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function ResourcesPage({ params, searchParams }: ResourcesPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const resource_type = textParam(asked.type);
  const [page, types, isClosed] = await Promise.all([
    pageAt(asked.cursor, (at) => listResources(ctx, { ...at, search, resource_type })),
    resourceTypes(ctx),
    closedResources(ctx),
  ]);
  const base = `/admin/tenants/${tenant.tenant_id}/resources`;
  const register = (
    <Button size="sm" asChild>
      <Link href={`${base}/register`}>
        <Plus aria-hidden /> Register resource
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="Resources"
        description={
          <>
            <QuotaUse {...quotas.max_resources} /> resources,{" "}
            <QuotaUse {...quotas.storage_bytes} unit="bytes" /> kept here
          </>
        }
        actions={register}
      />
      <DataTable
        label="Resources"
        columns={columnsOf(isClosed)}
        rows={page.items}
        rowKey={(resource) => resource.resource_id}
        actions={(resource) => <ResourceActions resource={resource} />}
        toolbar={
          <>
            <SearchBox label="Search resources" />
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
          search || resource_type || asked.cursor ? (
            <NoMatches what="resources" href={base} />
          ) : (
            <EmptyState
              icon={<Database aria-hidden />}
              title="No resources yet"
              description="A resource is a database, a folder, an API or another thing that the tenant's agents may use."
              action={register}
            />
          )
        }
      />
    </>
  );
}
