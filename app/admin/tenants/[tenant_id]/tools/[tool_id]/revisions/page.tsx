import type { Metadata } from "next";
import Link from "next/link";
import { PrincipalName } from "#components/audit/principal-name.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { CompareCard } from "#components/versions/compare-card.tsx";
import { getRevision, listRevisions } from "#lib/tools/revisions/revisions.ts";
import type { ToolRevisionSummary } from "#lib/tools/revisions/schema.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { pageAt, type SearchParams, textParam } from "../../../../../list-params.ts";
import { idOf, orNotFound } from "../../../open-tenant.ts";
import { toolHref } from "../../tool-href.ts";
import { openTool, type ToolParams } from "../open-tool.ts";
import { PublishButton } from "../publish-dialog.tsx";
import { revisionLines } from "./revision-lines.ts";

export const metadata: Metadata = { title: "Revisions" };

function columnsOf(tool: Tool): Column<ToolRevisionSummary>[] {
  return [
    {
      id: "revision",
      header: "Revision",
      phone: "title",
      cell: ({ revision, is_published, is_draft }) => (
        <span className="flex flex-wrap items-center gap-2 font-medium">
          Revision {revision}
          {is_published && <Badge tone="success">Published</Badge>}
          {is_draft && <Badge tone="warning">Draft</Badge>}
        </span>
      ),
    },
    { id: "name", header: "Name", cell: (row) => row.name },
    {
      id: "note",
      header: "Note",
      cell: ({ note }) =>
        note === "" ? (
          <span className="text-muted-foreground">None</span>
        ) : (
          <span dir="auto" title={note} className="line-clamp-3 max-w-80 [overflow-wrap:anywhere]">
            {note}
          </span>
        ),
    },
    { id: "by", header: "Saved by", cell: (row) => <PrincipalName of={row.created_by} /> },
    {
      id: "saved",
      header: "Saved",
      cell: (row) => (
        <Timestamp value={row.created_at} className="whitespace-nowrap text-muted-foreground" />
      ),
    },
    {
      id: "use",
      header: "Use",
      className: "w-48",
      cell: ({ revision, is_published }) => (
        <span className="flex flex-wrap gap-2 max-md:justify-end">
          <Button variant="ghost" size="sm" asChild>
            <Link
              href={`${toolHref(tool)}/test?revision=${revision}`}
              aria-label={`Try revision ${revision}`}
              prefetch={false}
            >
              Try
            </Link>
          </Button>
          {!is_published && <PublishButton tool={tool} revision={revision} />}
        </span>
      ),
    },
  ];
}

type RevisionsPageProps = { params: ToolParams; searchParams: SearchParams };

export default async function RevisionsPage({ params, searchParams }: RevisionsPageProps) {
  const { tenant_id, tool_id } = await params;
  const { ctx, tool } = await openTool(tenant_id, idOf(tool_id));
  const asked = await searchParams;
  const page = await pageAt(asked.cursor, (at) => listRevisions(ctx, tool.tool_id, at));
  const latest = tool.draft_revision ?? tool.latest_revision;
  // From what is published to what is not, or from the one before to the latest.
  const base = tool.revision === null || tool.revision === latest ? latest - 1 : tool.revision;
  const to = textParam(asked.to) ?? String(latest);
  const from = textParam(asked.from) ?? String(Math.max(base, 1));
  const [before, after] = await orNotFound(
    Promise.all([getRevision(ctx, tool.tool_id, from), getRevision(ctx, tool.tool_id, to)]),
  );
  return (
    <>
      <DataTable
        label="Revisions"
        columns={columnsOf(tool)}
        rows={page.items}
        rowKey={({ revision }) => String(revision)}
        footer={<Pager nextCursor={page.next} />}
        empty={<NoMatches what="revisions" href={`${toolHref(tool)}/revisions`} />}
      />
      {tool.latest_revision > 1 && (
        <CompareCard
          word="Revision"
          description="What changed from one revision to another; secrets and header values are not shown."
          from={{ version: before.revision, lines: revisionLines(before) }}
          to={{ version: after.revision, lines: revisionLines(after) }}
          versions={page.items.map(({ revision }) => revision)}
        />
      )}
    </>
  );
}
