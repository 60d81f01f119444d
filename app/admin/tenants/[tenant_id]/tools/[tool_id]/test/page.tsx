import type { Metadata } from "next";
import { Alert } from "#components/ui/alert.tsx";
import { listExamples } from "#lib/tools/bench/examples.ts";
import { toInputSchema } from "#lib/tools/json-schema/parameters.ts";
import { getRevision } from "#lib/tools/revisions/revisions.ts";
import { implementationKind } from "#lib/tools/schema.ts";
import { type SearchParams, textParam } from "../../../../../list-params.ts";
import { idOf, orNotFound } from "../../../open-tenant.ts";
import { exampleArguments } from "../example-arguments.ts";
import { openTool, type ToolParams } from "../open-tool.ts";
import { RevisionPicker } from "./revision-picker.tsx";
import { TestBench } from "./test-bench.tsx";

export const metadata: Metadata = { title: "Test tool" };

type TestPageProps = { params: ToolParams; searchParams: SearchParams };

export default async function TestToolPage({ params, searchParams }: TestPageProps) {
  const { tenant_id, tool_id } = await params;
  const { ctx, tool } = await openTool(tenant_id, idOf(tool_id));
  const asked = textParam((await searchParams).revision);
  const newest = tool.draft_revision ?? tool.revision ?? tool.latest_revision;
  const wanted = asked ?? String(newest);
  const [revision, examples] = await orNotFound(
    Promise.all([getRevision(ctx, tool.tool_id, wanted), listExamples(ctx, tool.tool_id)]),
  );
  const schema = toInputSchema(revision.parameters);
  return (
    <>
      <RevisionPicker tool={tool} revision={revision.revision} />
      {implementationKind(revision.config) === null && (
        <Alert tone="warning" title="This revision cannot run">
          It has no implementation. Edit the tool to give it an address or a handler.
        </Alert>
      )}
      <TestBench
        // Another revision has other arguments.
        key={revision.revision}
        tool={{ tenant_id, tool_id: tool.tool_id }}
        revision={revision.revision}
        schema={schema}
        start={exampleArguments(schema)}
        examples={examples}
      />
    </>
  );
}
