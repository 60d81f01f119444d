import { and, eq, sql } from "drizzle-orm";
import { resourceHealth } from "#db/schema/resources.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { requireAccess } from "../access/access.ts";
import { requestApi } from "../drivers/api/request.ts";
import { queryDatabase } from "../drivers/database/read.ts";
import { driverKinds } from "../drivers/kind.ts";
import { openStore } from "./files.ts";
import type { ResourceHealthStatus } from "./health-schema.ts";
import { metered } from "./meter.ts";
import { findEntry, withDriver } from "./open.ts";

const limits = [{}];
const longestMs = 15_000;

type Row = typeof resourceHealth.$inferSelect;

function toStatus(id: string, row: Row | undefined): ResourceHealthStatus {
  return {
    resource_id: id,
    status: row ? (row.isHealthy ? "healthy" : "unhealthy") : "unknown",
    detail: row?.detail ?? "Nobody has looked yet.",
    latency_ms: row?.latencyMs ?? null,
    checked_at: row?.checkedAt.toISOString() ?? null,
  };
}

/** Asks the resource something harmless; what comes of it in words. Throws what its driver throws. */
async function look(found: Awaited<ReturnType<typeof findEntry>>): Promise<string> {
  const signal = AbortSignal.timeout(longestMs);
  return withDriver(found, driverKinds, { limits, signal }, async (opened) => {
    if (opened.kind === "database") {
      const question = { sql: "select current_setting('server_version')", params: [] };
      const { rows } = await queryDatabase(opened.scope, opened.connection, question);
      return `PostgreSQL ${rows[0]?.[0]}`;
    }
    if (opened.kind === "api") {
      const request = { method: "GET" as const, path: "/", query: {} };
      const connection = { ...opened.connection, allow: undefined };
      const { status } = await requestApi(opened.scope, connection, request);
      if (status < 500) return `The API answers (status ${status}).`;
      throw new AppError("upstream_failed", `The API answers with status ${status}.`);
    }
    const { entries } = await (await openStore(opened)).store.list("", { limit: 1 });
    return entries.length === 0 ? "It can be listed; it is empty." : "It can be listed.";
  });
}

async function lookAndKeep(tenantId: string, id: string): Promise<ResourceHealthStatus> {
  const found = await findEntry(tenantId, id);
  if (found.entry.resource.driver === null) {
    const detail = `The resource "${id}" is registered and read; there is nothing to check.`;
    throw new AppError("invalid_request", detail);
  }
  const startedAt = performance.now();
  const outcome = await look(found).then(
    (detail) => ({ isHealthy: true, detail }),
    (error: unknown) => ({
      isHealthy: false,
      detail:
        error instanceof AppError ? error.message : `It did not answer within ${longestMs} ms.`,
    }),
  );
  const values = {
    ...outcome,
    latencyMs: Math.round(performance.now() - startedAt),
    checkedAt: new Date(),
  };
  const [row] = await withTenant(tenantId, (tx) =>
    tx
      .insert(resourceHealth)
      .values({ tenantId, resourceId: id, ...values })
      .onConflictDoUpdate({
        target: [resourceHealth.tenantId, resourceHealth.resourceId],
        set: values,
      })
      .returning(),
  );
  return toStatus(id, row);
}

/**
 * Looks now whether a resource can be reached with its address, connection and secrets, and keeps what
 * came of it; needs `read` on it. Throws `not_found`, and `invalid_request` where it has no driver.
 */
export function checkResourceHealth(ctx: Ctx, id: string): Promise<ResourceHealthStatus> {
  return metered(ctx, "health", async () => {
    authorize(ctx, "resources:read");
    const { entry } = await findEntry(ctx.tenantId, id);
    await requireAccess(ctx, entry.resource, "read");
    return lookAndKeep(ctx.tenantId, id);
  });
}

/** What the last look found; needs `read`. */
export async function getResourceHealth(ctx: Ctx, id: string): Promise<ResourceHealthStatus> {
  authorize(ctx, "resources:read");
  const { entry } = await findEntry(ctx.tenantId, id);
  await requireAccess(ctx, entry.resource, "read");
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(resourceHealth)
      .where(and(eq(resourceHealth.tenantId, ctx.tenantId), eq(resourceHealth.resourceId, id))),
  );
  return toStatus(id, row);
}

const mostAtOnce = 100;

/** Looks at the tenant's resources whose `health_check_minutes` have passed; how many. */
export async function checkDueResources(tenantId: string): Promise<number> {
  const due = await withTenant(tenantId, (tx) =>
    tx.execute<{ resource_id: string }>(sql`
      select r.resource_id from resources r left join resource_health h using (tenant_id, resource_id)
      where r.tenant_id = ${tenantId} and r.health_minutes is not null
        and (h.checked_at is null or h.checked_at < now() - make_interval(mins => r.health_minutes))
      order by h.checked_at nulls first limit ${mostAtOnce}`),
  );
  for (const { resource_id } of due) {
    await lookAndKeep(tenantId, resource_id).catch((error: unknown) => {
      // It has been deleted, or is another kind of resource, since.
      if (!(error instanceof AppError)) throw error;
    });
  }
  return due.length;
}
