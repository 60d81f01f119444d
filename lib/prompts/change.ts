import { type Tx, withTenant } from "#db/transaction.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { promptTopic } from "./catalog.ts";

/** Commits `write` on the tenant's prompts and makes every process read its catalog anew. */
export async function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: promptTopic, key: ctx.tenantId };
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}
