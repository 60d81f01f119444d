import { z } from "zod";
import { deleteTenant, setTenantStatus } from "#lib/admin/tenants.ts";
import { route } from "#lib/http/route.ts";
import { tenant } from "#lib/tenants/schema.ts";
import { getTenant } from "#lib/tenants/service.ts";

export const GET = route({
  scope: "tenant",
  tenantFrom: "path",
  permission: "tenants:read",
  summary: "Read a tenant's configuration",
  response: tenant,
  run: (ctx) => getTenant(ctx),
});

export const PATCH = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Suspend or resume a tenant",
  body: z.object({ status: z.enum(["active", "suspended"]) }),
  response: tenant,
  run: (ctx, { body, params }) => setTenantStatus(ctx, params.tenant_id ?? "", body.status),
});

export const DELETE = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Delete a tenant and everything it owns",
  response: z.object({ status: z.literal("deleted"), tenant_id: z.string() }),
  run: async (ctx, { params }) => {
    await deleteTenant(ctx, params.tenant_id ?? "");
    return { status: "deleted", tenant_id: params.tenant_id };
  },
});
