import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { promptVersionSummary } from "#lib/prompts/schema.ts";
import { listPromptVersions } from "#lib/prompts/versions.ts";

export const GET = route({
  scope: "tenant",
  permission: "prompts:read",
  summary: "List a prompt's versions, newest first",
  query: pageQuery,
  response: z.array(promptVersionSummary),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listPromptVersions(ctx, params.prompt_name ?? "", query)),
});
