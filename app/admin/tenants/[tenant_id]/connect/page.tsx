import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { publicUrl } from "#lib/http/origin.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";

export const metadata: Metadata = { title: "Connect" };

export default async function ConnectPage({ params }: { params: TenantParams }) {
  const { tenant } = await openTenant((await params).tenant_id);
  const url = publicUrl();
  const own = `${url}/t/${tenant.tenant_id}/mcp`;
  const client = {
    mcpServers: {
      [tenant.tenant_id]: {
        type: "http",
        url: own,
        headers: { Authorization: "Bearer <API key>" },
      },
    },
  };
  return (
    <>
      <SectionHeader
        title="Connect"
        description="How MCP clients and applications reach this tenant. They need one of its keys."
        actions={
          <Button variant="outline" size="sm" asChild>
            <Link href={`/admin/tenants/${tenant.tenant_id}/keys`}>
              <KeyRound aria-hidden /> Keys
            </Link>
          </Button>
        }
      />
      <Card>
        <CardHeader>
          <CardTitle>MCP addresses</CardTitle>
          <CardDescription>
            Streamable HTTP, every revision of the protocol. Both show a key's own tenant.
          </CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col gap-4">
          <DetailList
            items={[
              {
                label: "For every tenant",
                value: <CodeBlock code={`${url}/mcp`} what="MCP address" />,
              },
              {
                label: "Of this tenant",
                value: <CodeBlock code={own} what="tenant's MCP address" />,
              },
            ]}
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>In an MCP client</CardTitle>
          <CardDescription>The form that most clients' configuration files take.</CardDescription>
        </CardHeader>
        <CardContent>
          <CodeBlock code={JSON.stringify(client, null, 2)} what="client configuration" />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>From a terminal</CardTitle>
          <CardDescription>The tenant's tools, over MCP and over REST.</CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col gap-3">
          <CodeBlock code={mcpExample(own)} what="MCP example" />
          <CodeBlock code={restExample(url)} what="REST example" />
        </CardContent>
      </Card>
    </>
  );
}

function mcpExample(url: string): string {
  return `curl ${url} \\
  -H "Authorization: Bearer $API_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Accept: application/json, text/event-stream" \\
  -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`;
}

function restExample(url: string): string {
  return `curl ${url}/tools \\
  -H "Authorization: Bearer $API_KEY"`;
}
