import { PlugZap } from "lucide-react";
import type { Metadata } from "next";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { listUpstreamTools } from "#lib/tools/import/upstream/list.ts";
import { upstreamToolStates } from "#lib/tools/import/upstream/schema.ts";
import { pageAt, type SearchParams, textParam } from "../../../../../list-params.ts";
import { idOf, orNotFound } from "../../../open-tenant.ts";
import { upstreamHref } from "../../upstream-href.ts";
import { openUpstream, type UpstreamParams } from "../open-upstream.ts";
import { SyncUpstreamButton } from "../upstream-buttons.tsx";
import { ReviewList } from "./review-list.tsx";
import { stateLabels } from "./states.ts";

export const metadata: Metadata = { title: "Tools" };

type UpstreamToolsPageProps = { params: UpstreamParams; searchParams: SearchParams };

export default async function UpstreamToolsPage({ params, searchParams }: UpstreamToolsPageProps) {
  const { tenant_id, upstream_id } = await params;
  const { ctx, upstream, counts } = await openUpstream(tenant_id, idOf(upstream_id));
  const asked = await searchParams;
  const state = upstreamToolStates.find((one) => one === asked.state);
  const search = textParam(asked.q);
  const page = await orNotFound(
    pageAt(asked.cursor, (at) =>
      listUpstreamTools(ctx, upstream.upstream_id, { ...at, state, search }),
    ),
  );
  const options = upstreamToolStates.map((value) => ({
    value,
    label: `${stateLabels[value]} (${formatValue(counts[value], "count")})`,
  }));
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-[0.8125rem] text-muted-foreground">
          What the server offers is served once it is accepted here, and only as it was accepted.
        </p>
        <SyncUpstreamButton upstream={upstream} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox label="Search tools" />
        <FilterSelect label="State" param="state" options={options} />
      </div>
      {page.items.length > 0 ? (
        <ReviewList
          // What was chosen is forgotten with the page.
          key={`${asked.cursor ?? ""} ${state ?? ""} ${search ?? ""}`}
          tenantId={tenant_id}
          upstreamId={upstream.upstream_id}
          tools={page.items}
        />
      ) : (
        <Card>
          {state || search || asked.cursor ? (
            <NoMatches what="tools" href={`${upstreamHref(upstream)}/tools`} />
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
