import { and, asc, eq, sql } from "drizzle-orm";
import { aiRoutes } from "#db/schema/gateway.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { readProviders } from "#lib/providers/schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { routeTopic } from "./route-cache.ts";
import { type AiRoute, type PutRouteInput, putRouteInput, routeAlias } from "./schema.ts";

type Row = typeof aiRoutes.$inferSelect;

const mostRoutes = 200;

function toRoute(row: Row, providers: ReadonlySet<string>): AiRoute {
  return {
    alias: row.alias,
    targets: row.targets.map(({ model, weight }) => {
      const name = model.slice(0, model.indexOf("/"));
      const problem = providers.has(name) ? null : `There is no AI provider "${name}".`;
      return { model, ...(weight === undefined ? {} : { weight }), problem };
    }),
    timeout_ms: row.timeoutMs,
    tenant_id: row.tenantId,
    updated_by: { type: row.principalType, id: row.principalId },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function toAudited({ targets, timeoutMs }: Row) {
  return { targets, timeout_ms: timeoutMs };
}

async function providerNames({ tenantId }: Ctx): Promise<ReadonlySet<string>> {
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw notFound("tenant", tenantId);
  return new Set(readProviders(snapshot.tenant.ai_providers).map(({ name }) => name));
}

function one({ tenantId }: Ctx, alias: string) {
  return and(eq(aiRoutes.tenantId, tenantId), eq(aiRoutes.alias, alias));
}

/** Names that no route can have are missing ones. */
function checkAlias(alias: string): void {
  if (!routeAlias.safeParse(alias).success) throw notFound("AI route", alias);
}

async function find(tx: Tx, ctx: Ctx, alias: string): Promise<Row | undefined> {
  const [row] = await tx.select().from(aiRoutes).where(one(ctx, alias)).for("update");
  return row;
}

/** One creation at a time in a tenant, so that the count is exact. Answers who came first, if any. */
async function makeRoom(tx: Tx, ctx: Ctx, alias: string): Promise<Row | undefined> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('ai_routes ' || ${ctx.tenantId}, 0))`,
  );
  const there = await find(tx, ctx, alias);
  if (there) return there;
  const count = await tx.$count(aiRoutes, eq(aiRoutes.tenantId, ctx.tenantId));
  if (count < mostRoutes) return undefined;
  const detail = `The tenant has ${mostRoutes} AI routes, which is the most. Delete one that is not used.`;
  throw new AppError("limit_exceeded", detail, { extra: { limit: "routes", value: mostRoutes } });
}

/** The tenant's routes, at most 200, in the order of their aliases. */
export async function listAiRoutes(ctx: Ctx): Promise<AiRoute[]> {
  authorize(ctx, "gateway:read");
  const providers = await providerNames(ctx);
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(aiRoutes)
      .where(eq(aiRoutes.tenantId, ctx.tenantId))
      .orderBy(asc(aiRoutes.alias)),
  );
  return rows.map((row) => toRoute(row, providers));
}

/** One route; throws `not_found`. */
export async function getAiRoute(ctx: Ctx, alias: string): Promise<AiRoute> {
  authorize(ctx, "gateway:read");
  checkAlias(alias);
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(aiRoutes).where(one(ctx, alias)),
  );
  if (!row) throw notFound("AI route", alias);
  return toRoute(row, await providerNames(ctx));
}

/**
 * Creates a route or replaces the one of that alias. Throws `invalid_request`, also for a model of a
 * provider that the tenant does not have, and `limit_exceeded` for one route too many.
 */
export async function putAiRoute(ctx: Ctx, alias: string, raw: PutRouteInput): Promise<AiRoute> {
  authorize(ctx, "gateway:write");
  const checked = routeAlias.safeParse(alias);
  if (!checked.success) {
    throw new AppError("invalid_request", `alias: ${checked.error.issues[0]?.message ?? ""}`);
  }
  const { targets, timeout_ms } = parse(putRouteInput, raw);
  const providers = await providerNames(ctx);
  const errors = targets.flatMap(({ model }, at) => {
    const name = model.slice(0, model.indexOf("/"));
    const message = `there is no AI provider "${name}" in this tenant`;
    return providers.has(name) ? [] : [{ pointer: `/targets/${at}/model`, message }];
  });
  if (errors.length > 0) {
    const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
    throw new AppError("invalid_request", detail, { errors });
  }
  const given = {
    ...{ targets, timeoutMs: timeout_ms },
    ...{ principalType: ctx.principal.type, principalId: ctx.principal.id },
  };
  return commitChange(ctx, routeTopic, async (tx) => {
    const before = (await find(tx, ctx, alias)) ?? (await makeRoom(tx, ctx, alias));
    const [after] = await tx
      .insert(aiRoutes)
      .values({ tenantId: ctx.tenantId, alias, ...given })
      .onConflictDoUpdate({
        target: [aiRoutes.tenantId, aiRoutes.alias],
        set: { ...given, updatedAt: sql`now()` },
      })
      .returning();
    if (!after) throw new Error("The upsert returned no row");
    await audit(tx, ctx, {
      action: before ? "ai_route.update" : "ai_route.create",
      target: { type: "ai_route", id: alias },
      before: before && toAudited(before),
      after: toAudited(after),
    });
    return toRoute(after, providers);
  });
}

/** Removes a route; requests that name it fail from then on. Throws `not_found`. */
export async function deleteAiRoute(ctx: Ctx, alias: string): Promise<void> {
  authorize(ctx, "gateway:write");
  checkAlias(alias);
  await commitChange(ctx, routeTopic, async (tx) => {
    const gone = await find(tx, ctx, alias);
    if (!gone) throw notFound("AI route", alias);
    await tx.delete(aiRoutes).where(one(ctx, alias));
    await audit(tx, ctx, {
      action: "ai_route.delete",
      target: { type: "ai_route", id: alias },
      before: toAudited(gone),
    });
  });
}
