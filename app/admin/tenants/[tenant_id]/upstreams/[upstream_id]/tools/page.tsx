import { PlugZap } from "lucide-react";
import type { Metadata } from "next";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Card } from "#components/ui/card.tsx";
import { listUpstreamTools } from "#lib/tools/import/upstream/list.ts";
import { upstreamToolStates } from "#lib/tools/import/upstream/schema.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { pageAt, type SearchParams } from "../../../../../list-params.ts";
import { idOf, openTenant, orNotFound } from "../../../open-tenant.ts";
import { SyncUpstreamButton } from "../upstream-buttons.tsx";
import { ReviewList } from "./review-list.tsx";
import { stateLabels } from "./states.ts";

export const metadata: Metadata = { title: "Upstream tools" };

type UpstreamToolsPageProps = {
  params: Promise<{ tenant_id: string; upstream_id: string }>;
  searchParams: SearchParams;
};

export default async function UpstreamToolsPage({ params, searchParams }: UpstreamToolsPageProps) {
  const { tenant_id, upstream_id } = await params;
  const { ctx, tenant } = await openTenant(tenant_id);
  const upstream = await orNotFound(getUpstream(ctx, idOf(upstream_id)));
  const asked = await searchParams;
  const state = upstreamToolStates.find((one) => one === asked.state);
  const page = await orNotFound(
    pageAt(asked.cursor, (at) => listUpstreamTools(ctx, upstream.upstream_id, { ...at, state })),
  );
  const base = `/admin/tenants/${tenant.tenant_id}/upstreams/${encodeURIComponent(upstream.upstream_id)}/tools`;
  return (
    <>
      <SectionHeader
        title={`Tools of ${upstream.name}`}
        description="What the server offers is served once it is accepted here, and only as it was accepted."
        actions={
          <>
            <SyncUpstreamButton upstream={upstream} />
            <FilterSelect
              label="State"
              param="state"
              options={upstreamToolStates.map((value) => ({ value, label: stateLabels[value] }))}
            />
          </>
        }
      />
      {page.items.length > 0 ? (
        <ReviewList
          // What was chosen is forgotten with the page.
          key={`${asked.cursor ?? ""} ${state ?? ""}`}
          tenantId={tenant.tenant_id}
          upstreamId={upstream.upstream_id}
          tools={page.items}
        />
      ) : (
        <Card>
          {state || asked.cursor ? (
            <NoMatches what="tools" href={base} />
          ) : (
            <EmptyState
              icon={<PlugZap aria-hidden />}
              title="Nothing is offered yet"
              description="The server's list has not been read, or it has no tools."
            />
          )}
        </Card>
      )}
      <Pager nextCursor={page.next} />
    </>
  );
}
