import { asc, eq, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import { tenantQuotas, tenants } from "#db/schema/tenants.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { membershipsOf } from "#lib/auth/members.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { parseEgressAllow } from "#lib/core/egress.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { findEmbeddingModel } from "#lib/providers/embed.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import { quotaMaxima } from "#lib/tenants/limits.ts";
import { toTenant } from "#lib/tenants/row.ts";
import {
  type ConfigureTenantInput,
  configureTenantInput,
  quotaNames,
  type Tenant,
} from "#lib/tenants/schema.ts";
import { getTenant } from "#lib/tenants/service.ts";
import { forgetUsage } from "#lib/usage/forget.ts";
import { changeTenant, lockTenant } from "./change-tenant.ts";

function checkEgress(entries: string[]): void {
  try {
    parseEgressAllow(entries.join(","));
  } catch (error) {
    throw new AppError("invalid_request", `egress_allow: ${(error as Error).message}`, {
      errors: [{ pointer: "/egress_allow", message: (error as Error).message }],
    });
  }
}

function checkEmbedding({ mcp_config, ai_providers }: z.output<typeof configureTenantInput>): void {
  if (!mcp_config.memory_embedding) return;
  try {
    findEmbeddingModel(ai_providers, mcp_config.memory_embedding);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { message } = error;
    throw new AppError("invalid_request", `mcp_config.memory_embedding: ${message}`, {
      errors: [{ pointer: "/mcp_config/memory_embedding", message }],
    });
  }
}

async function writeQuotas(tx: Tx, tenant: Tenant): Promise<void> {
  const maxima = quotaMaxima(tenant);
  await tx
    .insert(tenantQuotas)
    .values(
      quotaNames.map((quota) => ({ tenantId: tenant.tenant_id, quota, maximum: maxima[quota] })),
    )
    .onConflictDoUpdate({
      target: [tenantQuotas.tenantId, tenantQuotas.quota],
      set: { maximum: sql`excluded.maximum` },
    });
}

/** Creates a tenant, or replaces its configuration; `created_at` stays. */
export async function configureTenant(
  ctx: PlatformCtx,
  raw: ConfigureTenantInput,
): Promise<Tenant> {
  authorize(ctx, "platform:write");
  const input = parse(configureTenantInput, raw);
  if (input.egress_allow) checkEgress(input.egress_allow);
  checkEmbedding(input);
  return changeTenant(input.tenant_id, async (tx) => {
    const before = await lockTenant(tx, input.tenant_id);
    const values = {
      name: input.name,
      mcpConfig: input.mcp_config,
      toolLimits: input.tool_limits,
      resourceLimits: input.resource_limits,
      aiProviders: input.ai_providers,
      ...(input.egress_allow ? { egressAllow: input.egress_allow } : {}),
    };
    const [row] = await tx
      .insert(tenants)
      .values({ tenantId: input.tenant_id, ...values })
      .onConflictDoUpdate({ target: tenants.tenantId, set: { ...values, updatedAt: sql`now()` } })
      .returning();
    if (!row) throw new Error("The upsert returned no row");
    const after = toTenant(row);
    await writeQuotas(tx, after);
    // What was still on its way to the ledger when the slug's former owner was deleted.
    if (!before) await forgetUsage(tx, input.tenant_id);
    const record = {
      action: before ? "tenant.update" : "tenant.create",
      target: { type: "tenant", id: input.tenant_id },
      before: before && toTenant(before),
      after,
    };
    await auditPlatform(tx, ctx, record, input.tenant_id);
    return after;
  });
}

/** Tenants in the order of their ids; `search` looks in ids and names. */
export async function listTenants(
  ctx: PlatformCtx,
  query: PageQuery & { search?: string | undefined },
): Promise<Page<Tenant>> {
  authorize(ctx, "platform:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const found = query.search
    ? sql`(position(lower(${query.search}) in lower(${tenants.name})) > 0
        or position(lower(${query.search}) in ${tenants.tenantId}) > 0)`
    : sql`true`;
  const rows = await withPlatform((tx) =>
    tx
      .select()
      .from(tenants)
      .where(sql`${gt(tenants.tenantId, after)} and ${found}`)
      .orderBy(asc(tenants.tenantId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.tenantId], toTenant);
}

/** The active tenants that a person belongs to and may read. */
async function tenantsOf(ctx: PlatformCtx): Promise<Tenant[]> {
  const memberships = await membershipsOf(ctx.principal.id);
  return Promise.all(
    memberships.map(({ tenantId, permissions }) => getTenant({ ...ctx, tenantId, permissions })),
  );
}

/** What a credential sees of the tenants: the platform's all, a tenant's its own, a person's theirs. */
export async function visibleTenants(
  ctx: PlatformCtx,
  query: PageQuery & { search?: string | undefined },
): Promise<Page<Tenant>> {
  const isPerson = ctx.principal.type === "member";
  if (isPerson && ctx.ownTenantId === null) return { items: await tenantsOf(ctx), next: null };
  if (ctx.ownTenantId === null) return listTenants(ctx, query);
  return { items: [await getTenant({ ...ctx, tenantId: ctx.ownTenantId })], next: null };
}

/** Stops or resumes everything that the tenant's own credentials may do, on every process. */
export async function setTenantStatus(
  ctx: PlatformCtx,
  tenantId: string,
  status: Tenant["status"],
): Promise<Tenant> {
  authorize(ctx, "platform:write");
  return changeTenant(tenantId, async (tx) => {
    const before = await lockTenant(tx, tenantId);
    if (!before) throw notFound("tenant", tenantId);
    if (before.status === status) return toTenant(before);
    const [row] = await tx
      .update(tenants)
      .set({ status, updatedAt: sql`now()` })
      .where(eq(tenants.tenantId, tenantId))
      .returning();
    if (!row) throw notFound("tenant", tenantId);
    const record = {
      action: status === "active" ? "tenant.resume" : "tenant.suspend",
      target: { type: "tenant", id: tenantId },
      before: { status: before.status },
      after: { status },
    };
    await auditPlatform(tx, ctx, record, tenantId);
    return toTenant(row);
  });
}

/** Removes a tenant and everything it owns; the deployment's audit log keeps what it was. */
export async function deleteTenant(ctx: PlatformCtx, tenantId: string): Promise<void> {
  authorize(ctx, "platform:write");
  if (tenantId === "default") {
    throw new AppError("conflict", "The default tenant serves calls that name none; it stays.");
  }
  await changeTenant(tenantId, async (tx) => {
    const before = await lockTenant(tx, tenantId);
    if (!before) throw notFound("tenant", tenantId);
    // Who adds something holds its quota and then asks for the tenant's row, which goes below.
    await tx.select().from(tenantQuotas).where(eq(tenantQuotas.tenantId, tenantId)).for("update");
    await forgetUsage(tx, tenantId);
    await tx.delete(tenants).where(eq(tenants.tenantId, tenantId));
    await auditPlatform(tx, ctx, {
      action: "tenant.delete",
      target: { type: "tenant", id: tenantId },
      before: toTenant(before),
    });
  });
}

/** How many tenants the deployment has. */
export async function countTenants(): Promise<number> {
  const [row] = await withPlatform((tx) =>
    tx.select({ count: sql<number>`count(*)::int` }).from(tenants),
  );
  return row?.count ?? 0;
}
