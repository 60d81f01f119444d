import { configureTenant } from "#lib/admin/tenants.ts";
import { route } from "#lib/http/route.ts";
import { configureTenantInput, tenant } from "#lib/tenants/schema.ts";

export const POST = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Create a tenant or replace its configuration",
  body: configureTenantInput,
  response: tenant,
  run: (ctx, { body }) => configureTenant(ctx, body),
});
