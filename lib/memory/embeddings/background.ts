import { systemTenantCtx } from "#lib/auth/identity.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { embedPending } from "./embed-pending.ts";

/** Tenants that this process embeds for at the same time. */
const mostAtOnce = 4;

/** Writes of so many milliseconds go into one request. */
const gatherMs = 100;

interface Background {
  waiting: Set<string>;
  running: Map<string, Promise<void>>;
  timer: NodeJS.Timeout | null;
  ending: AbortController;
}

const state = singleton<Background>("memory.embedding", () => ({
  waiting: new Set(),
  running: new Map(),
  timer: null,
  ending: new AbortController(),
}));

async function run(tenantId: string): Promise<void> {
  try {
    const { signal } = state.ending;
    if (await embedPending(systemTenantCtx("memory-embeddings", tenantId), signal)) {
      state.waiting.add(tenantId);
    }
  } catch (err) {
    log.warn({ err, tenantId }, "memories are not embedded");
  } finally {
    state.running.delete(tenantId);
    pump();
  }
}

/** Tenants take turns in the order in which they came; each is at it once. */
function pump(): void {
  state.timer = null;
  for (const tenantId of state.waiting) {
    if (state.ending.signal.aborted || state.running.size >= mostAtOnce) return;
    if (state.running.has(tenantId)) continue;
    state.waiting.delete(tenantId);
    state.running.set(tenantId, run(tenantId));
  }
}

/** Has what waits in the tenant's queue embedded, soon and after this turn; at most once at a time. */
export function embedSoon(tenantId: string): void {
  state.waiting.add(tenantId);
  state.timer ??= setTimeout(pump, gatherMs).unref();
}

/** Waits until this process has nothing to embed. */
export async function embeddingsSettled(): Promise<void> {
  while (state.timer !== null || state.running.size > 0) {
    await Promise.all(state.running.values());
    if (state.timer !== null) await new Promise((resolve) => setTimeout(resolve, gatherMs / 4));
  }
}

/** Cancels requests under way; the queue keeps what they were for. */
export async function stopEmbedding(): Promise<void> {
  if (state.timer !== null) clearTimeout(state.timer);
  state.ending.abort();
  await Promise.all(state.running.values());
  state.timer = null;
  state.waiting.clear();
  state.ending = new AbortController();
}
