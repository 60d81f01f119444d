import { History } from "lucide-react";
import type { Metadata } from "next";
import { Pager } from "#components/data-table/pager.tsx";
import { DetailList } from "#components/shell/detail-list.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { listRuns } from "#lib/federation/pulls/runs.ts";
import type { FederationPeer } from "#lib/federation/pulls/schema.ts";
import { pageAt, type SearchParams } from "../../../../list-params.ts";
import { idOf, orNotFound } from "../../open-tenant.ts";
import { kindsText, policyText } from "../peer-form-schema.ts";
import { openPeer, type PeerParams } from "./open-peer.ts";
import { RunCard } from "./run-card.tsx";

export const metadata: Metadata = { title: "Overview" };

function time(value: string | null, otherwise: string) {
  return value === null ? otherwise : <Timestamp value={value} />;
}

function detailsOf(peer: FederationPeer) {
  const { pulls, health, schedule_minutes } = peer;
  return [
    { label: "Id", value: <Code>{peer.peer_id}</Code> },
    { label: "Address", value: <Code>{peer.url}</Code> },
    { label: "Tenant there", value: peer.remote_tenant_id ?? "The token's own" },
    { label: "Token", value: peer.has_token ? "Stored, sealed" : "None" },
    { label: "Pulls", value: kindsText(pulls) },
    ...(pulls.includes("memory")
      ? [{ label: "Memories in conflict", value: policyText(peer.memory_conflict) }]
      : []),
    ...(pulls.includes("tools")
      ? [{ label: "Tools in conflict", value: policyText(peer.tools_conflict) }]
      : []),
    {
      label: "Schedule",
      value: schedule_minutes === null ? "By hand" : `Every ${schedule_minutes} minutes`,
    },
    { label: "Next pull", value: time(peer.next_pull_at, "By hand") },
    { label: "Last pull", value: time(health.last_pull_at, "Never") },
    { label: "Last success", value: time(health.last_ok_at, "Never") },
  ];
}

type PeerPageProps = { params: PeerParams; searchParams: SearchParams };

export default async function PeerPage({ params, searchParams }: PeerPageProps) {
  const { tenant_id, peer_id } = await params;
  const { ctx, peer } = await openPeer(tenant_id, idOf(peer_id));
  const { cursor } = await searchParams;
  const runs = await orNotFound(
    pageAt(cursor, (at) => listRuns(ctx, peer.peer_id, { ...at, limit: 10 })),
  );
  const { health } = peer;
  return (
    <>
      {peer.enabled && health.failures > 0 && health.last_error !== null && (
        <Alert
          tone={health.state === "unhealthy" ? "danger" : "warning"}
          title={
            health.failures === 1
              ? "The last pull failed"
              : `The last ${health.failures} pulls failed`
          }
        >
          {health.last_error}
        </Alert>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[2fr_3fr]">
        <Card>
          <CardContent>
            <DetailList items={detailsOf(peer)} />
          </CardContent>
        </Card>
        <section aria-label="Pulls" className="flex min-w-0 flex-col gap-3">
          {runs.items.map((run) => (
            <RunCard key={run.run_id} run={run} />
          ))}
          {runs.items.length === 0 && (
            <Card>
              <EmptyState
                icon={<History aria-hidden />}
                title="No pulls yet"
                description="Pull now, or give the peer a schedule. Each pull leaves a report here."
              />
            </Card>
          )}
          <Pager nextCursor={runs.next} />
        </section>
      </div>
    </>
  );
}
