import { route } from "#lib/http/route.ts";
import { deletedExample } from "#lib/tools/bench/example-schema.ts";
import { deleteExample } from "#lib/tools/bench/examples.ts";

export const DELETE = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Delete an example of a tool",
  response: deletedExample,
  run: async (ctx, { params }) => {
    await deleteExample(ctx, params.tool_id ?? "", params.example_id ?? "");
    return { status: "deleted", example_id: params.example_id };
  },
});
