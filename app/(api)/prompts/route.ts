import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { createPromptInput, prompt, promptQuery, promptSummary } from "#lib/prompts/schema.ts";
import { createPrompt, listPrompts } from "#lib/prompts/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "prompts:read",
  summary: "List the tenant's prompts",
  query: promptQuery,
  response: z.array(promptSummary),
  run: async (ctx, { query, request }) => paged(request, await listPrompts(ctx, query)),
});

export const POST = route({
  scope: "tenant",
  permission: "prompts:write",
  summary: "Create a prompt",
  body: createPromptInput,
  response: prompt,
  status: 201,
  run: (ctx, { body }) => createPrompt(ctx, body),
});
