import { ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Pager } from "#components/data-table/pager.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { lineDiff } from "#components/versions/line-diff.ts";
import { VersionDiff } from "#components/versions/version-diff.tsx";
import type { Ctx } from "#lib/core/ctx.ts";
import { listHeldTools } from "#lib/federation/pulls/held.ts";
import type { HeldTool } from "#lib/federation/pulls/schema.ts";
import { getRevision } from "#lib/tools/revisions/revisions.ts";
import { pageAt, type SearchParams } from "../../../../../list-params.ts";
import { idOf, orNotFound } from "../../../open-tenant.ts";
import { revisionLines } from "../../../tools/[tool_id]/revisions/revision-lines.ts";
import { toolHref } from "../../../tools/tool-href.ts";
import { openPeer, type PeerParams } from "../open-peer.ts";
import { HeldToolButtons } from "./held-tool-buttons.tsx";

export const metadata: Metadata = { title: "Tools to approve" };

async function linesOf(ctx: Ctx, toolId: string, revision: number | null): Promise<string[]> {
  if (revision === null) return [];
  return revisionLines(await getRevision(ctx, toolId, `${revision}`));
}

const list = new Intl.ListFormat("en");

/** What the tool would come by, said before anybody says yes to it. */
function Reach({ tool: { secrets, addresses } }: { tool: HeldTool }) {
  if (secrets.length === 0) return null;
  const where = addresses.length === 0 ? "whatever it calls" : list.format(addresses);
  return (
    <Alert tone="warning" title="It uses secrets of this tenant">
      Once approved, it may send <strong className="font-mono">{list.format(secrets)}</strong> to{" "}
      <span className="font-mono [overflow-wrap:anywhere]">{where}</span>.
    </Alert>
  );
}

async function HeldToolCard({ ctx, peerId, tool }: { ctx: Ctx; peerId: string; tool: HeldTool }) {
  const before = await linesOf(ctx, tool.tool_id, tool.published_revision);
  const after = await linesOf(ctx, tool.tool_id, tool.revision);
  const { tenantId } = ctx;
  return (
    <Card>
      <CardHeader className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 flex-col gap-1">
          <CardTitle className="flex flex-wrap items-center gap-2">
            <Link
              href={toolHref({ tenant_id: tenantId, tool_id: tool.tool_id })}
              className="[overflow-wrap:anywhere] hover:underline"
            >
              {tool.name}
            </Link>
            <Badge tone={tool.change === "new" ? "accent" : "warning"}>
              {tool.change === "new" ? "New" : "Changed"}
            </Badge>
          </CardTitle>
          <CardDescription className="[overflow-wrap:anywhere]">
            <span className="font-mono text-xs">{tool.tool_id}</span>, pulled{" "}
            <Timestamp value={tool.pulled_at} />. {tool.note}
          </CardDescription>
        </div>
        <HeldToolButtons tenantId={tenantId} peerId={peerId} tool={tool} />
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <Reach tool={tool} />
        <VersionDiff lines={lineDiff(before, after)} />
      </CardContent>
    </Card>
  );
}

type HeldToolsPageProps = { params: PeerParams; searchParams: SearchParams };

export default async function HeldToolsPage({ params, searchParams }: HeldToolsPageProps) {
  const { tenant_id, peer_id } = await params;
  const { ctx, peer } = await openPeer(tenant_id, idOf(peer_id));
  const { cursor } = await searchParams;
  const page = await orNotFound(
    pageAt(cursor, (at) => listHeldTools(ctx, peer.peer_id, { ...at, limit: 10 })),
  );
  return (
    <>
      <p className="text-[0.8125rem] text-muted-foreground">
        What a peer sends is called by nobody before it is approved. Of a changed tool, the
        definition that was approved stays in use meanwhile.
      </p>
      {page.items.map((tool) => (
        <HeldToolCard key={tool.tool_id} ctx={ctx} peerId={peer.peer_id} tool={tool} />
      ))}
      {page.items.length === 0 && (
        <Card>
          <EmptyState
            icon={<ShieldCheck aria-hidden />}
            title="Nothing waits for approval"
            description="New and changed tools of this peer appear here after a pull."
          />
        </Card>
      )}
      <Pager nextCursor={page.next} />
    </>
  );
}
