import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { FoldedText } from "#components/ui/folded-text.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { toInputSchema } from "#lib/tools/json-schema/parameters.ts";
import { implementationKind } from "#lib/tools/schema.ts";
import { idOf } from "../../open-tenant.ts";
import { ToolRuntime } from "../tool-runtime.tsx";
import { DraftNotice } from "./draft-notice.tsx";
import { openTool, type ToolParams } from "./open-tool.ts";
import { shownConfig } from "./shown-config.ts";
import { behaviourItems } from "./tool-behaviour.tsx";

export async function generateMetadata({ params }: { params: ToolParams }): Promise<Metadata> {
  const { tenant_id, tool_id } = await params;
  return { title: (await openTool(tenant_id, tool_id)).tool.name };
}

export default async function ToolPage({ params }: { params: ToolParams }) {
  const { tenant_id, tool_id } = await params;
  const { tool } = await openTool(tenant_id, idOf(tool_id));
  const schema = toInputSchema(tool.parameters);
  const kind = implementationKind(tool.config);
  const { implementation, ...others } = shownConfig(tool.config);
  const config = kind === "code" ? others : shownConfig(tool.config);
  return (
    <>
      <DraftNotice tool={tool} />
      {kind === null && (
        <Alert tone="warning" title="This tool cannot run">
          It has no implementation. Edit it to give it an address, a handler or code.
        </Alert>
      )}
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
                  {
                    label: "Revision",
                    value: tool.revision ?? "None is published yet",
                  },
                  { label: "Created", value: <Timestamp value={tool.created_at} /> },
                  { label: "Updated", value: <Timestamp value={tool.updated_at} /> },
                ]}
              />
            </CardContent>
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
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
          {kind === "code" && (
            <Part title="Code" description="Runs in the sandbox, anew for each call.">
              <FoldedText text={String(implementation)} what="code" maxLines={40} />
            </Part>
          )}
          {Object.keys(config).length > 0 && (
            <Part title="Configuration" description="Secrets and header values are not shown.">
              <JsonView value={config} what="configuration" />
            </Part>
          )}
        </div>
      </div>
    </>
  );
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
