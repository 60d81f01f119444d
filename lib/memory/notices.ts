import { LRUCache } from "lru-cache";
import { withTenant } from "#db/transaction.ts";
import { announce, announceHere, type Change } from "#lib/core/bus.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { memoryUri } from "./uri.ts";

/** What a memory reads as has changed; the key is the tenant's id, a space and its URI. */
export const memoryUpdatedTopic = "memory-updated";

/** A tenant may have another list of namespaces with memories; the key is the tenant's id. */
export const memorySpacesTopic = "memory-spaces";

const gatherMs = 25;

/** More changes of one tenant at once are told of as changes of their namespaces alone. */
const mostUris = 200;

interface Waiting {
  /** What is to be announced, by tenant: topic and key, each once. */
  changes: Map<string, Map<string, Change>>;
  timer: NodeJS.Timeout | null;
  /** Namespaces that were told of: one that is told of again is harmless, one that is not is not. */
  known: LRUCache<string, true>;
}

const waiting = singleton<Waiting>("memory.notices", () => ({
  changes: new Map(),
  timer: null,
  known: new LRUCache({ max: 50_000 }),
}));

/** Announces what has gathered; called by the timer and when the process drains. */
export async function flushMemoryNotices(): Promise<void> {
  if (waiting.timer) clearTimeout(waiting.timer);
  waiting.timer = null;
  const all = [...waiting.changes];
  waiting.changes.clear();
  const announced = all.map(([tenantId, changes]) =>
    withTenant(tenantId, async (tx) => {
      for (const change of changes.values()) await announce(tx, change);
    }),
  );
  await Promise.all(announced);
}

/**
 * Tells MCP clients of every process that a memory changed, after its commit. Changes gather for a
 * moment: commits that carry a notice wait for each other, on all tenants together, and no cache
 * depends on these.
 */
export function noteChange(
  tenantId: string,
  { agentId, namespace, key }: { agentId: string; namespace: string; key: string },
): void {
  const changes = waiting.changes.get(tenantId) ?? new Map<string, Change>();
  waiting.changes.set(tenantId, changes);
  const tell = (change: Change) => {
    changes.set(`${change.topic} ${change.key}`, change);
    announceHere(change);
  };
  const updated = (uri: string) => tell({ topic: memoryUpdatedTopic, key: `${tenantId} ${uri}` });
  const space = memoryUri(agentId, namespace);
  if (changes.size < mostUris) updated(memoryUri(agentId, namespace, key));
  updated(space);
  if (!waiting.known.has(`${tenantId} ${space}`)) {
    waiting.known.set(`${tenantId} ${space}`, true);
    tell({ topic: memorySpacesTopic, key: tenantId });
  }
  waiting.timer ??= setTimeout(() => {
    flushMemoryNotices().catch((err: unknown) => log.warn({ err }, "changes not announced"));
  }, gatherMs);
}
