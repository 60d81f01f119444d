import type { Metadata } from "next";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { getAccess } from "#lib/tools/governance/access.ts";
import { idOf } from "../../../open-tenant.ts";
import { StopButton, StoppedNotice } from "../../stop-switch.tsx";
import { openTool, type ToolParams } from "../open-tool.ts";
import { GrantsEditor } from "./grants-editor.tsx";
import { LimitsEditor } from "./limits-editor.tsx";
import { PolicyForm } from "./policy-form.tsx";

/** Of what holds, before the lists below say the rest. */
const mostLines = 10;

export const metadata: Metadata = { title: "Access" };

export default async function AccessPage({ params }: { params: ToolParams }) {
  const { tenant_id, tool_id } = await params;
  const { ctx, tool } = await openTool(tenant_id, idOf(tool_id));
  const access = await getAccess(ctx, tool.tool_id);
  const { policy, stopped } = access;
  const tenantId = tool.tenant_id;
  const more = access.summary.length - mostLines;
  const isStopped = stopped.some(({ scope }) => scope === "tool");
  return (
    <>
      {stopped.map((each) => (
        <StoppedNotice key={each.switch_id} tenantId={tenantId} stopped={each} />
      ))}
      {!policy.enabled && (
        <Alert tone="warning" title="This tool is disabled">
          MCP clients do not see it, and calls are refused
          {policy.disabled_reason ? `: ${policy.disabled_reason}` : "."}
        </Alert>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <CardHeader>
              <CardTitle>What holds now</CardTitle>
              <CardDescription>
                Whoever calls it, by MCP, by REST, as a task or from code.
              </CardDescription>
            </CardHeader>
            <CardContent className="flex flex-col gap-3">
              <ul
                aria-label="What holds now"
                className="flex list-disc flex-col gap-1.5 pl-4 text-sm"
              >
                {access.summary.slice(0, mostLines).map((line) => (
                  <li key={line} className="[overflow-wrap:anywhere]">
                    {line}
                  </li>
                ))}
                {more > 0 && <li>And {more} more, listed below.</li>}
                <li className="text-muted-foreground">For you as operator: {access.you.reason}</li>
              </ul>
              {!isStopped && (
                <span>
                  <StopButton
                    tenantId={tenantId}
                    target={{ scope: "tool", target_id: tool.tool_id }}
                    what="this tool"
                  />
                </span>
              )}
            </CardContent>
          </Card>
          <GrantsEditor
            key={JSON.stringify(access.grants)}
            tenantId={tenantId}
            toolId={tool.tool_id}
            grants={access.grants.map(({ type, id }) => ({ type, id }))}
          />
          <LimitsEditor tenantId={tenantId} toolId={tool.tool_id} limits={access.limits} />
        </div>
        <PolicyForm key={policy.updated_at} tenantId={tenantId} policy={policy} />
      </div>
    </>
  );
}
