import type { Ctx } from "#lib/core/ctx.ts";
import { eraseMemory } from "#lib/memory/erasure.ts";
import type { Certificate, EraseInput } from "#lib/memory/erasure-schema.ts";
import { forgetPulled } from "./pulls/erased.ts";

/**
 * `eraseMemory`, and with an agent's memory what pulls remember of it: none brings it back. `repeats` and
 * errors as there.
 */
export function eraseMemoryHere(
  ctx: Ctx,
  input: EraseInput,
  repeats: string | null = null,
): Promise<Certificate> {
  return eraseMemory(ctx, input, {
    repeats,
    alongside: (tx, agentId) => forgetPulled(tx, ctx, agentId),
  });
}
