import { route } from "#lib/http/route.ts";
import { aiProviders } from "#lib/providers/entry-schema.ts";
import { listAiProviders } from "#lib/providers/service.ts";

export const GET = route({
  scope: "tenant",
  tenantFrom: "path",
  permission: "tenants:read",
  summary: "List a tenant's providers of language models",
  response: aiProviders,
  run: async (ctx) => ({ items: await listAiProviders(ctx) }),
});
