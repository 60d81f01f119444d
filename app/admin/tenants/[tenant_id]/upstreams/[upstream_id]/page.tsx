import type { Metadata } from "next";
import { DetailList } from "#components/shell/detail-list.tsx";
import { StatCard, StatGrid } from "#components/shell/stat-card.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { AccountState } from "#components/upstreams/account-state.tsx";
import { AuthorizationAlert } from "#components/upstreams/authorization-alert.tsx";
import type { Upstream } from "#lib/upstreams/schema.ts";
import type { SearchParams } from "../../../../list-params.ts";
import { idOf } from "../../open-tenant.ts";
import { accountScopes, authTypes, newToolPolicies } from "../upstream-form-schema.ts";
import { upstreamHref } from "../upstream-href.ts";
import { ConnectedPeople } from "./connected-people.tsx";
import { ListedNow } from "./listed-now.tsx";
import { openUpstream, type UpstreamParams } from "./open-upstream.ts";

export const metadata: Metadata = { title: "Overview" };

function addressOf({ transport }: Upstream): string {
  return transport.type === "http"
    ? transport.url
    : [transport.command, ...transport.args].join(" ");
}

function shownOf({ expose_resources, expose_prompts }: Upstream): string {
  const shown = [
    ...(expose_resources ? ["resources"] : []),
    ...(expose_prompts ? ["prompts"] : []),
  ];
  return shown.length === 0 ? "Its accepted tools alone" : `Accepted tools, ${shown.join(", ")}`;
}

function time(value: string | null) {
  return value === null ? "Never" : <Timestamp value={value} />;
}

function credentialOf({ auth }: Upstream): string {
  const type = authTypes.find(({ value }) => value === auth.type)?.label ?? auth.type;
  if (auth.type !== "oauth") return type;
  return `${type}: ${accountScopes.find(({ value }) => value === auth.scope)?.label}`;
}

/** What is known of the upstream, for the list of details. */
function detailsOf(upstream: Upstream) {
  const { health, server, connection, new_tools } = upstream;
  const account = connection && {
    label: connection.subject === "tenant" ? "The tenant's account" : "Your account",
    value: (
      <>
        <AccountState state={connection.state} error={connection.error} />
        {connection.account !== null && <> as {connection.account}</>}
        {connection.connected_at !== null && <> since {time(connection.connected_at)}</>}
      </>
    ),
  };
  return [
    { label: "Id", value: <Code>{upstream.upstream_id}</Code> },
    { label: "Address", value: <Code>{addressOf(upstream)}</Code> },
    { label: "Prefix", value: <Code>{upstream.prefix}</Code> },
    { label: "Authentication", value: credentialOf(upstream) },
    ...(account ? [account] : []),
    { label: "Shows", value: shownOf(upstream) },
    {
      label: "New tools",
      value: newToolPolicies.find(({ value }) => value === new_tools)?.label,
    },
    { label: "Server", value: server ? `${server.name} ${server.version}` : "Not heard of yet" },
    { label: "Protocol", value: server ? `MCP ${server.protocol}` : "Not heard of yet" },
    { label: "Last answer", value: time(health.last_ok_at) },
    { label: "Last failure", value: time(health.last_error_at) },
    { label: "Updated", value: time(upstream.updated_at) },
  ];
}

type UpstreamPageProps = { params: UpstreamParams; searchParams: SearchParams };

export default async function UpstreamPage({ params, searchParams }: UpstreamPageProps) {
  const { tenant_id, upstream_id } = await params;
  const { ctx, upstream, counts } = await openUpstream(tenant_id, idOf(upstream_id));
  const { authorization } = await searchParams;
  const { health, auth, connection, enabled } = upstream;
  const tools = `${upstreamHref(upstream)}/tools`;
  const stat = (label: string, value: number, state: string) => (
    <StatCard label={label} value={formatValue(value, "count")} href={`${tools}?state=${state}`} />
  );
  return (
    <>
      <AuthorizationAlert outcome={authorization} error={connection?.error ?? null} />
      {enabled && health.last_error !== null && (
        <Alert tone="warning" title="The last call failed">
          {health.last_error}
        </Alert>
      )}
      <StatGrid>
        {stat("Tools served", counts.accepted + counts.changed, "accepted")}
        {stat("New, held for review", counts.new, "new")}
        {stat("Changed, held for review", counts.changed, "changed")}
        {stat("Gone from the server", counts.gone, "gone")}
      </StatGrid>
      <div className="grid items-start gap-4 lg:grid-cols-[3fr_2fr]">
        <Card>
          <CardContent>
            <DetailList items={detailsOf(upstream)} />
          </CardContent>
        </Card>
        <ListedNow tenantId={tenant_id} upstreamId={upstream.upstream_id} enabled={enabled} />
      </div>
      {auth.type === "oauth" && <ConnectedPeople ctx={ctx} upstreamId={upstream.upstream_id} />}
    </>
  );
}
