import { withTenant } from "#db/transaction.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { memoryUri } from "./uri.ts";

/** What a memory reads as has changed; the key is the tenant's id, a space and its URI. */
export const memoryUpdatedTopic = "memory-updated";

const gatherMs = 25;

/** More changes of one tenant at once are told of as changes of their namespaces alone. */
const mostUris = 200;

interface Waiting {
  /** By tenant, the URIs that changed since the last notice. */
  uris: Map<string, Set<string>>;
  timer: NodeJS.Timeout | null;
}

const waiting = singleton<Waiting>("memory.notices", () => ({ uris: new Map(), timer: null }));

function announceAll(): void {
  waiting.timer = null;
  const all = [...waiting.uris];
  waiting.uris.clear();
  for (const [tenantId, uris] of all) {
    withTenant(tenantId, async (tx) => {
      for (const uri of uris) {
        await announce(tx, { topic: memoryUpdatedTopic, key: `${tenantId} ${uri}` });
      }
    }).catch((err: unknown) => log.warn({ err }, "changes of memories were not announced"));
  }
}

/**
 * Tells MCP clients of every process that a memory changed, after its commit. Changes gather for a
 * moment: commits that carry a notice wait for each other, on all tenants together, and no cache
 * depends on these.
 */
export function noteChange(
  tenantId: string,
  place: { agentId: string; namespace: string; key: string },
): void {
  const uris = waiting.uris.get(tenantId) ?? new Set();
  waiting.uris.set(tenantId, uris);
  const ofNamespace = memoryUri(place.agentId, place.namespace);
  const own = memoryUri(place.agentId, place.namespace, place.key);
  for (const uri of uris.size < mostUris ? [own, ofNamespace] : [ofNamespace]) {
    uris.add(uri);
    announceHere({ topic: memoryUpdatedTopic, key: `${tenantId} ${uri}` });
  }
  waiting.timer ??= setTimeout(announceAll, gatherMs);
}
