import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { noteUsage } from "#lib/usage/ledger.ts";

/** Does something with items and notes it in the ledger, a refusal as an error; `agentId`: whose. */
export async function metered<T>(
  ctx: Ctx,
  name: string,
  agentId: string,
  run: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const note = (errorCode?: string) =>
    noteUsage(ctx, {
      ...{ kind: "memory_op", name, agentId, durationMs: performance.now() - startedAt },
      status: errorCode === undefined ? "ok" : "error",
      ...(errorCode === undefined ? {} : { errorCode }),
    });
  try {
    const result = await run();
    note();
    return result;
  } catch (error) {
    // As for documents: what is not there and what may not be done cost nobody anything.
    if (error instanceof AppError && error.status === 409) note(error.code);
    throw error;
  }
}
