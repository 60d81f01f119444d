import { route } from "#lib/http/route.ts";
import { examplesRun, runExamplesInput } from "#lib/tools/bench/example-schema.ts";
import { runExamples } from "#lib/tools/bench/replay.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Replay a tool's examples against a revision, its draft unless told",
  body: runExamplesInput,
  response: examplesRun,
  run: (ctx, { body, params, request }) =>
    runExamples(ctx, params.tool_id ?? "", body, request.signal),
});
