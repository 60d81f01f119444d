import type { z } from "zod";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { type Peer, peerFailed } from "./peer.ts";

/** Writes under way at a time: they share commits of the ledger, and leave connections to others. */
const writers = 4;

/**
 * What a peer sent, parsed and keyed by `idOf`; a later entry of the same id replaces the earlier,
 * as if both were registered. Throws `upstream_failed`, saying which entry cannot be read.
 */
export function parseEntries<S extends z.ZodType>(
  peer: Peer,
  pointer: string,
  schema: S,
  entries: unknown[],
  idOf: (entry: z.output<S>) => string,
): z.output<S>[] {
  const parsed = new Map<string, z.output<S>>();
  for (const [at, entry] of entries.entries()) {
    const result = schema.safeParse(entry);
    if (!result.success) {
      const [issue] = result.error.issues;
      const place = [pointer, at, ...(issue?.path.map(String) ?? [])].join("/");
      throw peerFailed(peer.address, `sent an entry that cannot be read: ${place}: ${issue?.message}`);
    }
    parsed.set(idOf(result.data), result.data);
  }
  return [...parsed.values()];
}

/** The error that ended an import, saying what it left behind. */
function stoppedBy(peer: Peer, error: unknown, imported: number, total: number): AppError {
  let known = new AppError("internal", "Something went wrong on our side. Quote the request id.");
  if (error instanceof AppError) known = error;
  if (known.code === "invalid_request") {
    known = peerFailed(peer.address, `sent an entry that cannot be registered: ${known.message}`);
  }
  return new AppError(
    known.code,
    `${known.message} ${imported} of the peer's ${total} entries were imported.`,
    {
      cause: error,
      extra: { ...known.extra, imported, total },
      ...(known.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: known.retryAfterSeconds }),
    },
  );
}

/**
 * Writes each entry with the verb of its domain and audits the pull, also one that an error ends
 * midway: then the error carries `imported` and `total`. Answers how many were written.
 */
export async function importEntries<T>(
  ctx: Ctx,
  pull: { action: string; peer: Peer; remoteTenantId: string | null },
  entries: readonly T[],
  write: (entry: T) => Promise<unknown>,
): Promise<number> {
  const failures: unknown[] = [];
  let imported = 0;
  const waiting = entries.values();
  async function work(): Promise<void> {
    for (const entry of waiting) {
      try {
        await write(entry);
        imported += 1;
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  }
  await Promise.all(Array.from({ length: writers }, work));
  const [failure] = failures;
  const stopped = failures.length > 0 ? stoppedBy(pull.peer, failure, imported, entries.length) : null;
  await withTenant(ctx.tenantId, (tx) =>
    audit(tx, ctx, {
      action: pull.action,
      target: { type: "peer", id: pull.peer.address },
      after: {
        url: pull.peer.address,
        remote_tenant_id: pull.remoteTenantId,
        imported,
        total: entries.length,
        error: stopped?.code ?? null,
      },
    }),
  );
  if (stopped) throw stopped;
  return imported;
}
