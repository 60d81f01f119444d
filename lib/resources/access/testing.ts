import type { Ctx, Principal } from "#lib/core/ctx.ts";
import type { TenantPermission } from "#lib/core/permissions.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import type { RegisterResourceInput } from "../schema.ts";
import { registerResource } from "../service.ts";

type Caller = Partial<Extract<Principal, { type: "key" }>> & { id: string };

/** A new request by another key of the tenant, which may use resources and govern none. */
export function keyAs(
  { tenantId }: Ctx,
  caller: Caller | Principal,
  permissions: readonly TenantPermission[] = ["resources:read", "resources:write"],
): Ctx {
  const base = { type: "key", platform: false, agentId: null } as const;
  return { ...tenantCtx(tenantId, permissions), principal: { ...base, ...caller } as Principal };
}

const document: RegisterResourceInput = {
  resource_id: "doc",
  ...{ name: "Document", type: "document", uri: "doc://one", content: { text: "words" } },
  access_permissions: ["read", "write", "delete", "admin"],
};

/** A tenant of its own with a document, and who governs it. */
export async function tenantWithDocument(
  more: Partial<RegisterResourceInput> = {},
  config: Parameters<typeof freshTenant>[0] = {},
): Promise<Ctx> {
  const ctx = await freshTenant(config);
  await registerResource(ctx, { ...document, ...more });
  return ctx;
}
