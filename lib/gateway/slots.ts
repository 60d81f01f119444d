import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { TenantSnapshot } from "#lib/tenants/snapshot.ts";

/** Streams are long, so that a tenant which sets no limit still has one. */
const defaultConcurrent = 256;

/** Requests under way in this process, by tenant. */
const running = singleton("gateway.running", () => new Map<string, number>());

/**
 * Counts a request of the tenant's as under way until what it gives is called. Throws `rate_limited`
 * (429) where `mcp_config.max_gateway_requests` are under way in this process already.
 */
export function takeSlot({ tenant }: TenantSnapshot): () => void {
  const { tenant_id, mcp_config } = tenant;
  const given = mcp_config.max_gateway_requests;
  const maximum = typeof given === "number" ? given : defaultConcurrent;
  const count = running.get(tenant_id) ?? 0;
  if (count >= maximum) {
    throw new AppError(
      "rate_limited",
      `The tenant's limit max_gateway_requests of ${maximum} requests of models at once is reached. Try again when others have ended.`,
      { retryAfterSeconds: 1, extra: { limit: "max_gateway_requests", value: maximum } },
    );
  }
  running.set(tenant_id, count + 1);
  let hasLeft = false;
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    const left = (running.get(tenant_id) ?? 1) - 1;
    if (left > 0) running.set(tenant_id, left);
    else running.delete(tenant_id);
  };
}
