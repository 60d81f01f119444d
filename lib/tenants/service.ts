import { eq } from "drizzle-orm";
import { tenantQuotas, tenants } from "#db/schema/tenants.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { stripSecrets } from "#lib/core/secrets.ts";
import { toTenant } from "./row.ts";
import type { QuotaName, Tenant } from "./schema.ts";

/** The configuration of the caller's tenant; secrets in it are masked for the tenant's own keys. */
export async function getTenant(ctx: Ctx): Promise<Tenant> {
  authorize(ctx, "tenants:read");
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(tenants).where(eq(tenants.tenantId, ctx.tenantId)),
  );
  if (!row) throw notFound("tenant", ctx.tenantId);
  const tenant = toTenant(row);
  // What the operator keeps for the tenant's providers is not its own keys' to read.
  return ctx.permissions.has("platform:read") ? tenant : (stripSecrets(tenant) as Tenant);
}

export type QuotaUse = Record<QuotaName, { used: number; maximum: number | null }>;

/** How much of each quota the caller's tenant uses; null: no maximum. */
export async function getQuotas(ctx: Ctx): Promise<QuotaUse> {
  authorize(ctx, "tenants:read");
  return withTenant(ctx.tenantId, (tx) => readQuotas(tx, ctx));
}

/** The same for a verb that writes what is counted, and so may say what there is room for. */
export async function readQuotas(tx: Tx, ctx: Ctx): Promise<QuotaUse> {
  const rows = await tx.select().from(tenantQuotas).where(eq(tenantQuotas.tenantId, ctx.tenantId));
  return Object.fromEntries(
    rows.map(({ quota, used, maximum }) => [quota, { used, maximum }]),
  ) as QuotaUse;
}
