import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { getResourceHealth } from "#lib/resources/use/health.ts";
import type { ResourceHealthStatus } from "#lib/resources/use/health-schema.ts";

/** What the last look found; null where there is nothing to look at or the reader may not. */
export async function loadHealth(
  ctx: Ctx,
  { driver, resource_id }: Resource,
): Promise<ResourceHealthStatus | null> {
  if (driver === null) return null;
  return getResourceHealth(ctx, resource_id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "forbidden") return null;
    throw error;
  });
}
