import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { putLimitInput, toolLimit } from "#lib/tools/governance/schema.ts";
import { listLimits, putLimit } from "#lib/tools/governance/tool-limits.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List the limits on calls of tools",
  query: pageQuery,
  response: z.array(toolLimit),
  run: async (ctx, { query, request }) => paged(request, await listLimits(ctx, query)),
});

export const PUT = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Set the limit of a tool and an agent",
  body: putLimitInput,
  response: toolLimit,
  run: (ctx, { body }) => putLimit(ctx, body),
});
