import { z } from "zod";
import { route } from "#lib/http/route.ts";
import { createExampleInput, toolExample } from "#lib/tools/bench/example-schema.ts";
import { createExample, listExamples } from "#lib/tools/bench/examples.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List a tool's examples",
  response: z.array(toolExample),
  run: (ctx, { params }) => listExamples(ctx, params.tool_id ?? ""),
});

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Save an example of a tool: arguments, and what is expected of them",
  body: createExampleInput,
  response: toolExample,
  run: (ctx, { body, params }) => createExample(ctx, params.tool_id ?? "", body),
});
