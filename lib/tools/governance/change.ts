import type { Tx } from "#db/transaction.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { rulesTopic } from "./rules.ts";

/** Commits `write` on the tenant's rules; every process goes by them from its next call on. */
export function changeRules<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  return commitChange(ctx, rulesTopic, write);
}

/** Who writes a row. */
export function authorOf({ principal }: Ctx) {
  return { principalType: principal.type, principalId: principal.id };
}
