import { postgresError } from "#db/errors.ts";
import { AppError } from "#lib/core/errors.ts";
import type { QuotaName, Tenant } from "./schema.ts";

/** As the trigger of migration 0002 has it too. */
const bytesPerMegabyte = 1024 * 1024;

/** A task holds a call open, so that a tenant which sets no limit still has one. */
const defaultRunningTasks = 100;

/** The maximum of each quota as the tenant's configuration says it; null: no limit. */
export function quotaMaxima(
  tenant: Pick<Tenant, "mcp_config" | "tool_limits" | "resource_limits">,
): Record<QuotaName, number | null> {
  const of = (value: unknown) => (typeof value === "number" ? value : null);
  const megabytes = of(tenant.resource_limits.max_storage_mb);
  return {
    max_memory_entries: of(tenant.mcp_config.max_memory_entries),
    max_tools: of(tenant.tool_limits.max_tools),
    max_dynamic_tools: of(tenant.tool_limits.max_dynamic_tools),
    max_resources: of(tenant.resource_limits.max_resources),
    max_prompts: of(tenant.mcp_config.max_prompts),
    storage_bytes: megabytes === null ? null : megabytes * bytesPerMegabyte,
    max_running_tasks: of(tenant.mcp_config.max_running_tasks) ?? defaultRunningTasks,
  };
}

/** The refusal of what finds no room in a quota. */
export function limitExceeded(limit: string, value: number, cause?: unknown): AppError {
  return new AppError(
    "limit_exceeded",
    `The tenant's limit ${limit} of ${value} is reached. Delete something, or have the operator raise the limit.`,
    { extra: { limit, value }, cause },
  );
}

/** Translates the database's refusal of a row past a quota into `limit_exceeded` (409). */
export function asLimitExceeded(error: unknown): AppError | undefined {
  const found = postgresError(error);
  if (found?.code !== "TS001" || !found.detail) return undefined;
  const { limit, value } = JSON.parse(found.detail) as { limit: string; value: number };
  return limitExceeded(limit, value, error);
}
