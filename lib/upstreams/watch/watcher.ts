import { platformStatement } from "#db/transaction.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { onChange } from "#lib/core/bus.ts";
import { env } from "#lib/core/env.ts";
import { log } from "#lib/core/log.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { type RegisteredUpstream, upstreamsOf, upstreamTopic } from "../registry.ts";
import { isPerUser } from "../subject.ts";
import { claimLease, releaseLease } from "./lease.ts";
import { watch } from "./watch.ts";

const lease = "upstream-watch";
const leaseSeconds = 30;
const tickMs = 10_000;
/** How often all are looked for; what is announced is looked at with the next tick. */
const fullLookMs = 20_000;
const mostPerTenant = 20;
const mostWatched = 10_000;
const mostAtOnce = 8;

/** Those that something here depends on, of tenants that are served; each tenant's first ones first. */
const wantedText = `select tenant_id, upstream_id,
    row_number() over (partition by tenant_id order by upstream_id) as place
  from upstreams u
  where enabled
    and (expose_resources or expose_prompts or exists (
      select from upstream_tools t where t.tenant_id = u.tenant_id
        and t.upstream_id = u.upstream_id and t.tool_id is not null))
    and exists (select from tenants n where n.tenant_id = u.tenant_id and n.status = 'active')
  order by place, tenant_id limit $1`;

interface Following {
  revision: string;
  mayListen: boolean;
  stop: AbortController;
}

/** At most so many run at a time; the others wait for their turn. */
function turns(most: number) {
  let free = most;
  const waiting: (() => void)[] = [];
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Whether it is one that can be followed without a person: a server over HTTP, for the whole tenant. */
function canFollow(upstream: RegisteredUpstream | undefined): upstream is RegisteredUpstream {
  return !!upstream?.enabled && upstream.transport.type === "http" && !isPerUser(upstream);
}

/**
 * Has one process of the deployment follow what upstreams list, for as long as it says that it
 * does. The answer ends that and lets another process take over.
 */
export function watchUpstreams({ everyMs = tickMs } = {}): () => Promise<void> {
  const following = new Map<string, Following>();
  const turn = turns(mostAtOnce);
  /** Tenants whose registrations may have changed; null: look through all of them. */
  let changed: Set<string> | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isOver = false;

  function leave(key: string): void {
    following.get(key)?.stop.abort();
    following.delete(key);
  }

  function follow(key: string, upstream: RegisteredUpstream, mayListen: boolean): void {
    const stop = new AbortController();
    const ctx = systemTenantCtx("upstream-watch", upstream.tenantId);
    following.set(key, { revision: upstream.revision, mayListen, stop });
    void watch({ ctx, upstream, mayListen }, stop.signal, turn);
  }

  async function lookThrough(): Promise<void> {
    const stale = changed;
    changed = new Set();
    lookedAt = performance.now();
    const rows = await platformStatement(wantedText, [mostWatched]);
    const wanted = new Set<string>();
    let listeners = 0;
    for (const { tenant_id, upstream_id, place } of rows) {
      const tenantId = String(tenant_id);
      const key = JSON.stringify([tenantId, upstream_id]);
      const there = following.get(key);
      const mayListen =
        Number(place) <= mostPerTenant && listeners < env().TAUSESTACK_UPSTREAM_LISTENERS;
      const isAsItWas = there?.mayListen === mayListen && stale !== null && !stale.has(tenantId);
      if (!isAsItWas) {
        const upstream = (await upstreamsOf(tenantId)).get(String(upstream_id));
        if (!canFollow(upstream)) continue;
        if (there?.revision !== upstream.revision || there.mayListen !== mayListen) {
          leave(key);
          if (!isOver) follow(key, upstream, mayListen);
        }
      }
      wanted.add(key);
      if (mayListen) listeners += 1;
    }
    for (const key of [...following.keys()]) if (!wanted.has(key)) leave(key);
  }

  async function tick(): Promise<void> {
    if (!(await claimLease(lease, leaseSeconds))) {
      for (const key of [...following.keys()]) leave(key);
      changed = null;
      lookedAt = Number.NEGATIVE_INFINITY;
      return;
    }
    const isDue = performance.now() - lookedAt > fullLookMs;
    if (isDue || changed === null || changed.size > 0) await lookThrough();
  }

  let busy: Promise<void> | null = null;
  const begin = () => {
    busy ??= tick()
      .catch((err: unknown) => log.warn({ err }, "upstreams are not followed for now"))
      .finally(() => {
        busy = null;
      });
  };
  begin();
  const timer = setInterval(begin, everyMs).unref();
  const forget = onChange((change) => {
    if (change === "everything") changed = null;
    else if (change.topic === upstreamTopic || change.topic === tenantTopic) {
      changed?.add(change.key);
    }
  });
  return async () => {
    isOver = true;
    clearInterval(timer);
    forget();
    await busy;
    for (const key of [...following.keys()]) leave(key);
    await releaseLease(lease);
  };
}
