import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { ItemPlace } from "#lib/client/memory.ts";
import { getItem } from "#lib/memory/items/read.ts";
import type { MemoryVersion } from "#lib/memory/items/schema.ts";
import { listVersions } from "#lib/memory/items/versions.ts";
import { idOf, openTenant, orNotFound } from "../../../../../open-tenant.ts";
import { itemsHref } from "../../../item-href.ts";
import { ItemButtons } from "./item-buttons.tsx";
import { RestoreVersion } from "./restore-version.tsx";

type ItemParams = Promise<{ tenant_id: string; agent_id: string; namespace: string; key: string }>;

/** A memory and its versions; a 404 where there is none, also for one in the trash. */
const openItem = cache(
  async (tenantId: string, agentId: string, namespace: string, key: string) => {
    const { ctx } = await openTenant(tenantId);
    const place = { agentId, namespace, key };
    const item = await orNotFound(getItem(ctx, place));
    return { item, versions: await orNotFound(listVersions(ctx, place)) };
  },
);

export async function generateMetadata({ params }: { params: ItemParams }): Promise<Metadata> {
  return { title: idOf((await params).key) };
}

function columnsOf(place: ItemPlace, current: number): Column<MemoryVersion>[] {
  return [
    {
      id: "version",
      header: "Version",
      phone: "title",
      cell: ({ version }) => <span className="tabular-nums">{version}</span>,
    },
    {
      id: "content",
      header: "Content",
      cell: ({ content }) => (
        <code className="line-clamp-2 font-mono text-muted-foreground text-xs">
          {JSON.stringify(content)}
        </code>
      ),
    },
    {
      id: "written",
      header: "Written",
      cell: ({ written_at }) => (
        <Timestamp value={written_at} className="whitespace-nowrap text-muted-foreground" />
      ),
    },
    {
      id: "use",
      header: "Use",
      className: "w-36",
      cell: (row) =>
        row.current ? (
          <span className="text-muted-foreground">In use</span>
        ) : (
          <RestoreVersion place={place} version={row.version} current={current} />
        ),
    },
  ];
}

export default async function ItemPage({ params }: { params: ItemParams }) {
  const { tenant_id, ...segments } = await params;
  const { item, versions } = await openItem(
    tenant_id,
    idOf(segments.agent_id),
    idOf(segments.namespace),
    idOf(segments.key),
  );
  const { agent_id, namespace, key } = item;
  const place: ItemPlace = { tenantId: tenant_id, agentId: agent_id, namespace, key };
  return (
    <>
      <SectionHeader
        title={key}
        actions={
          <>
            <Button variant="outline" size="sm" asChild>
              <Link href={itemsHref(tenant_id)}>All memories</Link>
            </Button>
            <ItemButtons place={place} />
          </>
        }
      />
      <Card>
        <CardContent>
          <DetailList
            items={[
              { label: "Agent", value: agent_id },
              { label: "Namespace", value: namespace },
              { label: "Importance", value: String(item.importance) },
              { label: "Version", value: String(item.version) },
              { label: "About", value: item.subject_id ?? "–" },
              {
                label: "Tags",
                value:
                  item.tags.length === 0 ? (
                    "–"
                  ) : (
                    <span className="flex flex-wrap gap-1">
                      {item.tags.map((tag) => (
                        <Badge key={tag}>{tag}</Badge>
                      ))}
                    </span>
                  ),
              },
              { label: "Created", value: <Timestamp value={item.created_at} /> },
              { label: "Updated", value: <Timestamp value={item.updated_at} /> },
              { label: "Expires", value: <Timestamp value={item.expires_at} /> },
            ]}
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Content</CardTitle>
        </CardHeader>
        <CardContent>
          <JsonView value={item.content} what="content" maxLines={60} />
        </CardContent>
      </Card>
      <DataTable
        label="Versions"
        columns={columnsOf(place, item.version)}
        rows={versions}
        rowKey={({ version }) => String(version)}
        empty={null}
      />
    </>
  );
}
