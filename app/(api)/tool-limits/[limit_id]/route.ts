import { route } from "#lib/http/route.ts";
import { deletedLimit } from "#lib/tools/governance/schema.ts";
import { deleteLimit } from "#lib/tools/governance/tool-limits.ts";

export const DELETE = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Remove a limit",
  response: deletedLimit,
  run: async (ctx, { params }) => {
    await deleteLimit(ctx, params.limit_id ?? "");
    return { status: "deleted", limit_id: params.limit_id };
  },
});
