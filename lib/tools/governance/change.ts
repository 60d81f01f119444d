import { type Tx, withTenant } from "#db/transaction.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { rulesTopic } from "./rules.ts";

/** Commits `write` on the tenant's rules; every process goes by them from its next call on. */
export async function changeRules<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: rulesTopic, key: ctx.tenantId };
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}

/** Who writes a row. */
export function authorOf({ principal }: Ctx) {
  return { principalType: principal.type, principalId: principal.id };
}
