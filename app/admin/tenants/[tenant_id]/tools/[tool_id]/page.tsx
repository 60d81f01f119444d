import { Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretMask, stripSecrets } from "#lib/core/secrets.ts";
import { toInputSchema } from "#lib/tools/parameters.ts";
import { implementationKind } from "#lib/tools/schema.ts";
import { idOf } from "../../open-tenant.ts";
import { DeleteToolButton } from "../delete-tool.tsx";
import { toolHref } from "../tool-href.ts";
import { ToolRuntime } from "../tool-runtime.tsx";
import { exampleArguments } from "./example-arguments.ts";
import { openTool, type ToolParams } from "./open-tool.ts";
import { behaviourItems } from "./tool-behaviour.tsx";
import { TryTool } from "./try-tool.tsx";

export async function generateMetadata({ params }: { params: ToolParams }): Promise<Metadata> {
  const { tenant_id, tool_id } = await params;
  return { title: (await openTool(tenant_id, tool_id)).tool.name };
}

export default async function ToolPage({ params }: { params: ToolParams }) {
  const { tenant_id, tool_id } = await params;
  const { tool } = await openTool(tenant_id, idOf(tool_id));
  const schema = toInputSchema(tool.parameters);
  const kind = implementationKind(tool.config);
  return (
    <>
      <SectionHeader
        title={tool.title ?? tool.name}
        badge={<Badge tone="accent">{tool.is_dynamic ? "Dynamic" : "Registered"}</Badge>}
        description={tool.description || "No description: models have only its name to go by."}
        actions={
          <>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${toolHref(tool)}/edit`}>
                <Pencil aria-hidden /> Edit
              </Link>
            </Button>
            <DeleteToolButton tool={tool} />
          </>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <CardContent>
              <DetailList
                items={[
                  { label: "Id", value: <Code>{tool.tool_id}</Code> },
                  ...(tool.title === null ? [] : [{ label: "Name", value: tool.name }]),
                  { label: "MCP name", value: <Code>{tool.mcp_name}</Code> },
                  { label: "Runs", value: <ToolRuntime config={tool.config} /> },
                  ...behaviourItems(tool),
                  { label: "Created", value: <Timestamp value={tool.created_at} /> },
                  { label: "Updated", value: <Timestamp value={tool.updated_at} /> },
                ]}
              />
            </CardContent>
          </Card>
          <Part title="Input schema" description="What MCP clients are told that it takes.">
            <JsonView value={schema} what="input schema" />
          </Part>
          {tool.output_schema && (
            <Part title="Output schema" description="Each answer is checked against it.">
              <JsonView value={tool.output_schema} what="output schema" />
            </Part>
          )}
          {Object.keys(tool.meta).length > 0 && (
            <Part title="Metadata" description="Sent along as MCP's _meta.">
              <JsonView value={tool.meta} what="metadata" />
            </Part>
          )}
          <Part title="Configuration" description="Secrets and header values are not shown.">
            <JsonView value={shownConfig(tool.config)} what="configuration" />
          </Part>
        </div>
        <Card id="try" className="scroll-mt-20">
          <CardHeader>
            <CardTitle>Try it</CardTitle>
            <CardDescription>
              A real call, as one of the tenant's clients makes it: it is metered.
            </CardDescription>
          </CardHeader>
          <CardContent className="flex flex-col gap-4">
            {kind === null && (
              <Alert tone="warning" title="This tool cannot run">
                It has no implementation. Edit it to give it an address, a handler or code.
              </Alert>
            )}
            <TryTool
              tenantId={tenant_id}
              toolId={tool.tool_id}
              example={JSON.stringify(exampleArguments(schema), null, 2)}
            />
          </CardContent>
        </Card>
      </div>
    </>
  );
}

function shownConfig(config: JsonObject): unknown {
  const shown = stripSecrets(config) as JsonObject;
  if (!isJsonObject(shown.headers)) return shown;
  const names = Object.keys(shown.headers);
  return { ...shown, headers: Object.fromEntries(names.map((name) => [name, secretMask])) };
}

type PartProps = { title: string; description: string; children: ReactNode };

function Part({ title, description, children }: PartProps) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        <CardDescription>{description}</CardDescription>
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  );
}
