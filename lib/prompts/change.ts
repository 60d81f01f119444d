import type { Tx } from "#db/transaction.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { promptTopic } from "./catalog.ts";

/** Commits `write` on the tenant's prompts and makes every process read its catalog anew. */
export function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  return commitChange(ctx, promptTopic, write);
}
