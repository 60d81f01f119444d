import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { killSwitch, putSwitchInput } from "#lib/tools/governance/schema.ts";
import { listSwitches, setSwitch } from "#lib/tools/governance/switches.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List what is stopped",
  query: pageQuery,
  response: z.array(killSwitch),
  run: async (ctx, { query, request }) => paged(request, await listSwitches(ctx, query)),
});

export const PUT = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Stop a tool, an agent or every tool of the tenant",
  body: putSwitchInput,
  response: killSwitch,
  run: (ctx, { body }) => setSwitch(ctx, body),
});
