import { audit } from "#lib/audit/service.ts";
import { type Change, commitChanges } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { noteUsage, recordUsage } from "#lib/usage/ledger.ts";
import { usageOf } from "../usage.ts";

/** Runs a use of a resource and writes it to the ledger, also one that fails; `bytes` counts it. */
export async function metered<T>(
  ctx: Ctx,
  name: string,
  work: () => Promise<T>,
  bytes: (result: T) => number | undefined = () => undefined,
): Promise<T> {
  const startedAt = performance.now();
  try {
    const result = await work();
    const counted = bytes(result);
    const event = usageOf(name, startedAt, counted === undefined ? {} : { bytes: counted });
    if (event.kind === "resource_write") await recordUsage(ctx, event);
    else noteUsage(ctx, event);
    return result;
  } catch (error) {
    const errorCode = error instanceof AppError ? error.code : "internal";
    noteUsage(ctx, usageOf(name, startedAt, { errorCode }));
    throw error;
  }
}

/**
 * Writes what was done to a resource outside of our own database to the audit log, once it is done,
 * and tells whoever listens of what changed by it.
 */
export function auditUse(
  ctx: Ctx,
  action: string,
  id: string,
  after: Record<string, unknown>,
  ...changes: Change[]
): Promise<void> {
  return commitChanges(ctx, async (tx, tell) => {
    await audit(tx, ctx, { action, target: { type: "resource", id }, after });
    tell(...changes);
  });
}
