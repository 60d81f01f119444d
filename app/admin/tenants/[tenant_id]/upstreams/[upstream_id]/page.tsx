import { ListChecks, Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Upstream } from "#lib/upstreams/schema.ts";
import { idOf } from "../../open-tenant.ts";
import { DeleteUpstreamButton } from "../delete-upstream.tsx";
import { authTypes } from "../upstream-form-schema.ts";
import { UpstreamHealth } from "../upstream-health.tsx";
import { upstreamHref } from "../upstream-href.ts";
import { openUpstream, type UpstreamParams } from "./open-upstream.ts";
import { CheckUpstreamButton, ConnectionButton } from "./upstream-buttons.tsx";

export async function generateMetadata({ params }: { params: UpstreamParams }): Promise<Metadata> {
  const { tenant_id, upstream_id } = await params;
  return { title: (await openUpstream(tenant_id, idOf(upstream_id))).upstream.name };
}

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

export default async function UpstreamPage({ params }: { params: UpstreamParams }) {
  const { tenant_id, upstream_id } = await params;
  const { upstream } = await openUpstream(tenant_id, idOf(upstream_id));
  const { health, server, connection, auth } = upstream;
  return (
    <>
      <SectionHeader
        title={upstream.name}
        badge={<UpstreamHealth upstream={upstream} />}
        description="An MCP server elsewhere. Its tools are served once they are accepted."
        actions={
          <>
            <ConnectionButton upstream={upstream} />
            <CheckUpstreamButton upstream={upstream} />
            <Button variant="outline" size="sm" asChild>
              <Link href={`${upstreamHref(upstream)}/tools`}>
                <ListChecks aria-hidden /> Review tools
              </Link>
            </Button>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${upstreamHref(upstream)}/edit`}>
                <Pencil aria-hidden /> Edit
              </Link>
            </Button>
            <DeleteUpstreamButton upstream={upstream} />
          </>
        }
      />
      {upstream.enabled && health.last_error !== null && (
        <Alert tone="warning" title="The last call failed">
          {health.last_error}
        </Alert>
      )}
      <Card>
        <CardContent>
          <DetailList
            items={[
              { label: "Id", value: <Code>{upstream.upstream_id}</Code> },
              { label: "Address", value: <Code>{addressOf(upstream)}</Code> },
              { label: "Prefix", value: <Code>{upstream.prefix}</Code> },
              {
                label: "Authentication",
                value: authTypes.find(({ value }) => value === auth.type)?.label ?? auth.type,
              },
              ...(connection === null
                ? []
                : [
                    {
                      label: "Account",
                      value: connection.connected ? (
                        <>Connected {time(connection.connected_at)}</>
                      ) : (
                        "Not connected"
                      ),
                    },
                  ]),
              { label: "Shows", value: shownOf(upstream) },
              {
                label: "Server",
                value:
                  server === null
                    ? "Not heard of yet"
                    : `${server.name} ${server.version}, MCP ${server.protocol}`,
              },
              { label: "Last answer", value: time(health.last_ok_at) },
              { label: "Last failure", value: time(health.last_error_at) },
              { label: "Updated", value: time(upstream.updated_at) },
            ]}
          />
        </CardContent>
      </Card>
    </>
  );
}
