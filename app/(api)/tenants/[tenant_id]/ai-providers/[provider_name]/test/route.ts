import { route } from "#lib/http/route.ts";
import { testedAiProvider } from "#lib/providers/entry-schema.ts";
import { testAiProvider } from "#lib/providers/service.ts";

export const POST = route({
  scope: "tenant",
  tenantFrom: "path",
  permission: "tools:write",
  summary: "Ask a provider of language models whether it takes the tenant's key",
  response: testedAiProvider,
  run: (ctx, { params, request }) =>
    testAiProvider(ctx, params.provider_name ?? "", request.signal),
});
