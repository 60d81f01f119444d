import { Brain, Trash2 } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Page } from "#lib/core/page.ts";
import { listItems } from "#lib/memory/items/read.ts";
import type { MemoryItem, SearchAnswer } from "#lib/memory/items/schema.ts";
import { listSpaces } from "#lib/memory/items/spaces.ts";
import { searchItems } from "#lib/memory/search/search.ts";
import { pageAt, type SearchParams, textParam } from "../../../../list-params.ts";
import { openTenant, type TenantParams } from "../../open-tenant.ts";
import { MemoryTabs } from "../memory-tabs.tsx";
import { ItemActions } from "./item-actions.tsx";
import { itemHref, itemsHref } from "./item-href.ts";

export const metadata: Metadata = { title: "Memories by key" };

const excerptLength = 140;
const mostFound = 50;

function excerpt(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}

function columnsOf(tenantId: string, inTrash: boolean): Column<MemoryItem>[] {
  return [
    {
      id: "key",
      header: "Memory",
      phone: "title",
      cell: (item) => (
        <RowTitle
          title={item.key}
          id={`${item.agent_id} · ${item.namespace}`}
          {...(inTrash ? {} : { href: itemHref(tenantId, item) })}
        />
      ),
    },
    {
      id: "content",
      header: "Content",
      cell: ({ content }) => (
        <code className="line-clamp-2 font-mono text-muted-foreground text-xs">
          {excerpt(content)}
        </code>
      ),
    },
    {
      id: "tags",
      header: "Tags",
      cell: ({ tags }) => (
        <div className="flex flex-wrap gap-1 max-md:justify-end">
          {tags.slice(0, 4).map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
      ),
    },
    {
      id: "importance",
      header: "Importance",
      cell: ({ importance }) => <span className="tabular-nums">{importance}</span>,
    },
    {
      id: "when",
      header: inTrash ? "Deleted" : "Updated",
      cell: ({ deleted_at, updated_at }) => (
        <Timestamp
          value={deleted_at ?? updated_at}
          className="whitespace-nowrap text-muted-foreground"
        />
      ),
    },
  ];
}

interface Filters {
  query: string | undefined;
  agent_id: string | undefined;
  namespace: string | undefined;
  inTrash: boolean;
}

/** What a search could not do, of a tenant that has its memories embedded. */
function noteOf({ semantic, semantic_reason, semantic_pending }: SearchAnswer): string | null {
  const pending = semantic_pending ?? 0;
  if (semantic === "failed") return `Found by words alone. ${semantic_reason}`;
  if (semantic !== "used" || pending === 0) return null;
  const wait = `${formatValue(pending, "count")} memories wait to be embedded and are found by words.`;
  return semantic_reason === null ? wait : `${wait} ${semantic_reason}`;
}

/** Words are searched for and ranked; without any, the list goes by agents, namespaces and keys. */
async function load(
  ctx: Ctx,
  { query, inTrash, ...filters }: Filters,
  cursor: string | string[] | undefined,
): Promise<Page<MemoryItem> & { note?: string | null }> {
  if (query !== undefined && !inTrash) {
    const answer = await searchItems(ctx, { query, ...filters, limit: mostFound });
    return { items: answer.items, next: null, note: noteOf(answer) };
  }
  const deleted = inTrash ? "true" : "false";
  return pageAt(cursor, (at) => listItems(ctx, { ...at, ...filters, deleted }));
}

type ItemsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function ItemsPage({ params, searchParams }: ItemsPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const spaces = await listSpaces(ctx);
  const agents = [...new Set(spaces.map(({ agentId }) => agentId))];
  const namespaces = [...new Set(spaces.map(({ namespace }) => namespace))].sort();
  const filters: Filters = {
    query: textParam(asked.q),
    // What is no agent or namespace of the tenant filters nothing.
    agent_id: agents.find((id) => id === asked.agent),
    namespace: namespaces.find((name) => name === asked.namespace),
    inTrash: asked.view === "trash",
  };
  const page = await load(ctx, filters, asked.cursor);
  const { tenant_id } = tenant;
  const narrowed = filters.query ?? filters.agent_id ?? filters.namespace ?? asked.cursor;
  const options = (values: string[]) => values.map((value) => ({ value, label: value }));
  return (
    <>
      <SectionHeader
        title="Memories by key"
        description={
          <>
            <QuotaUse {...quotas.max_memory_entries} /> memories, context documents included.
            Deleted ones wait in the trash before they go.
          </>
        }
      />
      <MemoryTabs tenantId={tenant_id} />
      {page.note && (
        <Alert tone="warning" title="Not all was searched by meaning">
          {page.note}
        </Alert>
      )}
      <DataTable
        label="Memories by key"
        columns={columnsOf(tenant_id, filters.inTrash)}
        rows={page.items}
        rowKey={({ item_id }) => item_id}
        actions={({ agent_id, namespace, key }) => (
          <ItemActions
            place={{ tenantId: tenant_id, agentId: agent_id, namespace, key }}
            inTrash={filters.inTrash}
          />
        )}
        toolbar={
          <>
            {!filters.inTrash && <SearchBox label="Search memories" />}
            <FilterSelect label="Agent" param="agent" options={options(agents)} />
            <FilterSelect label="Namespace" param="namespace" options={options(namespaces)} />
            <FilterSelect
              label="Show"
              param="view"
              options={[{ value: "trash", label: "Trash" }]}
            />
          </>
        }
        footer={<Pager nextCursor={page.next} />}
        empty={
          narrowed ? (
            <NoMatches what="memories" href={itemsHref(tenant_id)} />
          ) : filters.inTrash ? (
            <EmptyState
              icon={<Trash2 aria-hidden />}
              title="The trash is empty"
              description="What is deleted waits here, and can be brought back meanwhile."
            />
          ) : (
            <EmptyState
              icon={<Brain aria-hidden />}
              title="No memories by key yet"
              description="Agents keep them with the tool memory_set, applications with PUT /memory/{agent_id}/items/{namespace}/{key}."
            />
          )
        }
      />
    </>
  );
}
