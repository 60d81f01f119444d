import { deleteAiProvider, putAiProvider } from "#lib/admin/ai-providers.ts";
import { route } from "#lib/http/route.ts";
import { aiProvider, deletedAiProvider, putAiProviderInput } from "#lib/providers/entry-schema.ts";
import { getAiProvider } from "#lib/providers/service.ts";

export const GET = route({
  scope: "tenant",
  tenantFrom: "path",
  permission: "tenants:read",
  summary: "Read one of a tenant's providers of language models",
  response: aiProvider,
  run: (ctx, { params }) => getAiProvider(ctx, params.provider_name ?? ""),
});

export const PUT = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Add a provider of language models to a tenant, or change the one of that name",
  body: putAiProviderInput,
  response: aiProvider,
  run: (ctx, { body, params }) =>
    putAiProvider(ctx, params.tenant_id ?? "", params.provider_name ?? "", body),
});

export const DELETE = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Take a provider of language models from a tenant",
  response: deletedAiProvider,
  run: async (ctx, { params }) => {
    await deleteAiProvider(ctx, params.tenant_id ?? "", params.provider_name ?? "");
    return { status: "deleted", name: params.provider_name };
  },
});
