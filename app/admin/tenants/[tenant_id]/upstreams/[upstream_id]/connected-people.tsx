import { Link2Off } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { AccountState } from "#components/upstreams/account-state.tsx";
import type { Ctx } from "#lib/core/ctx.ts";
import { listUpstreamConnections } from "#lib/upstreams/oauth/connections.ts";
import type { UpstreamConnection } from "#lib/upstreams/schema.ts";

const nothing = <span className="text-muted-foreground">–</span>;
/** Of them that are shown; all are in the API's list. */
const mostShown = 100;

const columns: Column<UpstreamConnection>[] = [
  {
    id: "person",
    header: "Connected by",
    phone: "title",
    cell: ({ connected_by, person_id, subject }) => (
      <RowTitle
        title={connected_by ?? person_id ?? "Somebody"}
        {...(subject === "tenant" ? { id: "for the whole tenant" } : {})}
      />
    ),
  },
  {
    id: "state",
    header: "State",
    cell: ({ state, error }) => <AccountState state={state} error={error} />,
  },
  { id: "account", header: "Account there", cell: ({ account }) => account ?? nothing },
  {
    id: "since",
    header: "Since",
    cell: ({ connected_at }) => (connected_at ? <Timestamp value={connected_at} /> : nothing),
  },
  {
    id: "expires",
    header: "Token until",
    cell: ({ expires_at }) => (expires_at ? <Timestamp value={expires_at} /> : nothing),
  },
];

/** Whose accounts the upstream is used with. */
export async function ConnectedPeople({ ctx, upstreamId }: { ctx: Ctx; upstreamId: string }) {
  const { items, next } = await listUpstreamConnections(ctx, upstreamId, { limit: mostShown });
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold text-sm">Connected accounts</h3>
      <DataTable
        label="Connected accounts"
        columns={columns}
        rows={items}
        rowKey={({ person_id }) => person_id ?? "tenant"}
        empty={
          <EmptyState
            icon={<Link2Off aria-hidden />}
            title="Nobody has connected an account"
            description="Members do so in their portal, under Linked accounts."
          />
        }
      />
      {next !== null && (
        <p className="text-muted-foreground text-xs">
          The first {mostShown} are shown; the API lists them all.
        </p>
      )}
    </section>
  );
}
