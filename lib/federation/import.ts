import type { z } from "zod";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { requirePulling } from "./enabled.ts";
import { type Peer, peerFailed } from "./peer.ts";

/** Writes under way at a time: they share commits of the ledger, and leave connections to others. */
const writers = 4;
const importTimeMs = 300_000;

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
): Map<string, z.output<S>> {
  const parsed = new Map<string, z.output<S>>();
  for (const [at, entry] of entries.entries()) {
    const result = schema.safeParse(entry);
    if (!result.success) {
      const [issue] = result.error.issues;
      const place = [pointer, at, ...(issue?.path.map(String) ?? [])].join("/");
      throw peerFailed(
        peer.address,
        `sent an entry that cannot be read: ${place}: ${issue?.message}`,
      );
    }
    parsed.set(idOf(result.data), result.data);
  }
  return parsed;
}

/** The error that ended an import, saying what it left behind. */
function stoppedBy(
  peer: Peer,
  { id, error }: { id: string; error: unknown },
  { imported, total }: { imported: number; total: number },
): AppError {
  let known = new AppError("internal", "Something went wrong on our side. Quote the request id.");
  if (error instanceof AppError) known = error;
  if (known.code === "invalid_request") {
    const why = `sent an entry that cannot be registered: "${id}": ${known.message}.`;
    known = new AppError("upstream_failed", `The peer ${peer.address} ${why}`);
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
  pull: {
    action: string;
    peer: Peer;
    remoteTenantId: string | null;
    /** Notes where those that were written came from. */
    remember: (tx: Tx, written: readonly T[]) => Promise<void>;
  },
  entries: ReadonlyMap<string, T>,
  write: (entry: T) => Promise<unknown>,
): Promise<number> {
  const failures: { id: string; error: unknown }[] = [];
  const written: T[] = [];
  const total = entries.size;
  const waiting = entries.entries();
  const deadline = performance.now() + importTimeMs;
  async function work(): Promise<void> {
    for (const [id, entry] of waiting) {
      try {
        if (performance.now() > deadline) {
          throw new AppError("unavailable", `The import takes longer than ${importTimeMs} ms.`);
        }
        await requirePulling(ctx);
        await write(entry);
        written.push(entry);
      } catch (error) {
        failures.push({ id, error });
      }
      if (failures.length > 0) return;
    }
  }
  await Promise.all(Array.from({ length: writers }, work));
  const imported = written.length;
  const [failure] = failures;
  const stopped = failure ? stoppedBy(pull.peer, failure, { imported, total }) : null;
  await withTenant(ctx.tenantId, async (tx) => {
    await pull.remember(tx, written);
    await audit(tx, ctx, {
      action: pull.action,
      target: { type: "peer", id: pull.peer.address },
      after: {
        url: pull.peer.address,
        remote_tenant_id: pull.remoteTenantId,
        imported,
        total,
        error: stopped?.code ?? null,
      },
    });
  });
  if (stopped) throw stopped;
  return imported;
}
