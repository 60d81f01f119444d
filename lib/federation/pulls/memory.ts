import type { z } from "zod";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { mergeContexts } from "#lib/memory/merge-contexts.ts";
import { registerMemoryInput } from "#lib/memory/schema.ts";
import { type Base, decide, fingerprintOf, isWritten, type Outcome } from "./compare.ts";
import { readEntries, remoteTime } from "./entries.ts";
import { erasedAmong, lockErasures } from "./erased.ts";
import { basesOf, rememberOrigins, type Settled, type Source } from "./origins.ts";
import type { PulledKind } from "./pulled-kind.ts";
import type { PageResult } from "./report.ts";
import type { ConflictPolicy } from "./schema.ts";

const entrySchema = registerMemoryInput.extend({ updated_at: remoteTime });

interface Pulled {
  agentId: string;
  context: JsonObject;
  theirs: string;
  updatedAt: Date | null;
}

function toPulled({ agent_id, context, updated_at }: z.output<typeof entrySchema>): Pulled {
  return { agentId: agent_id, context, theirs: fingerprintOf(context), updatedAt: updated_at };
}

async function write(
  tx: Tx,
  ctx: Ctx,
  source: Source,
  policy: ConflictPolicy,
  sent: readonly Pulled[],
): Promise<PageResult> {
  await lockErasures(tx, ctx, "puller");
  const sentIds = sent.map(({ agentId }) => agentId);
  const erased = await erasedAmong(tx, ctx, sentIds);
  const pulled = sent.filter(({ agentId }) => !erased.has(agentId));
  const ids = pulled.map(({ agentId }) => agentId);
  const bases = await basesOf(tx, ctx, source, "memory", ids);
  const settled = new Map<string, Settled & { isSame: boolean }>();
  const settle = (entry: Pulled, here: { context: JsonObject; updatedAt: Date } | null) => {
    const base: Base | null = bases.get(entry.agentId) ?? null;
    const ours = here && { fingerprint: fingerprintOf(here.context), updatedAt: here.updatedAt };
    const theirs = { fingerprint: entry.theirs, updatedAt: entry.updatedAt };
    const outcome: Outcome = decide(policy, { base, ours, theirs });
    settled.set(entry.agentId, {
      ...{ entryId: entry.agentId, outcome, theirs: entry.theirs, base },
      remoteUpdatedAt: entry.updatedAt,
      isSame: ours?.fingerprint === entry.theirs,
    });
    return isWritten(outcome);
  };
  const refused = await mergeContexts(tx, ctx, pulled, settle);
  const done = [...settled.values()].filter(({ entryId }) => !refused.has(entryId));
  await rememberOrigins(tx, ctx, source, "memory", done);
  const left = [...erased].map((id) => ({ id, outcome: "unchanged" as const }));
  return {
    outcomes: [...done.map(({ entryId, outcome }) => ({ id: entryId, outcome })), ...left],
    failures: [...refused].map((id) => ({ id, reason: noRoom })),
  };
}

const noRoom = "It found no place: the tenant has as many memories as max_memory_entries allows.";

export const memoryPulls: PulledKind = {
  permission: "memory:write",
  door: "/federation/memory",
  key: "memories",
  list: "/memory/all",
  entriesOf: (document) =>
    isJsonObject(document) && Array.isArray(document.memories) ? document.memories : null,
  async prepare(ctx, source, policy, entries) {
    const { read, failures } = readEntries(entries, entrySchema, "agent_id");
    const pulled = read.map(toPulled);
    return async (tx) => {
      const result = await write(tx, ctx, source, policy, pulled);
      return { ...result, failures: [...failures, ...result.failures] };
    };
  },
};
