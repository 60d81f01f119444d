import { z } from "zod";
import { listKeys } from "#lib/auth/keys.ts";
import { apiKey, createKeyInput, keyQuery, newApiKey } from "#lib/auth/schema.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { createGrantedKey } from "#lib/tools/governance/granted-keys.ts";

export const GET = route({
  scope: "tenant",
  summary: "List API keys",
  query: keyQuery,
  response: z.array(apiKey),
  run: async (ctx, { query, request }) => paged(request, await listKeys(ctx, query)),
});

export const POST = route({
  scope: "tenant",
  summary: "Create an API key; its text is in this answer alone",
  body: createKeyInput,
  response: newApiKey,
  status: 201,
  run: (ctx, { body }) => createGrantedKey(ctx, body),
});
