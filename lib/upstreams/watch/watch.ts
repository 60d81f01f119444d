import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { log } from "#lib/core/log.ts";
import { fetchUpstreamCatalog } from "../catalog.ts";
import type { ListKind } from "../connection.ts";
import { announceListChange } from "../list-changes.ts";
import type { RegisteredUpstream } from "../registry.ts";
import { type Line, openLine } from "./line.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
/** A line that ended sooner has not served. */
const soundMs = 30_000;

/** Half of it to all of it, so that those that failed together do not come back together. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}

function pauseAfter(failures: number): number {
  return jittered(Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs));
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64");
}

/** What of an upstream is followed. */
export interface Watched {
  ctx: Ctx;
  upstream: RegisteredUpstream;
  /** Whether a connection may be held for it; else its lists are read from time to time alone. */
  mayListen: boolean;
}

/**
 * Follows one upstream until `signal` ends: listens to it where it tells of changes, and reads its
 * lists when that begins and every so often, which finds what was not told. `turn` bounds how many
 * are read at once.
 */
export async function watch(
  { ctx, upstream, mayListen }: Watched,
  signal: AbortSignal,
  turn: <T>(run: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const known = new Map<ListKind, string>();

  function heard(kind: ListKind): void {
    // It is read anew before it is compared again.
    known.delete(kind);
    announceListChange(ctx, upstream, kind);
  }

  async function look(): Promise<void> {
    const isFirst = known.size === 0;
    const found = await fetchUpstreamCatalog(ctx, upstream.upstreamId);
    const lists: Record<ListKind, unknown> = {
      tools: found.tools,
      resources: [found.resources, found.resource_templates],
      prompts: found.prompts,
    };
    for (const [kind, list] of Object.entries(lists) as [ListKind, unknown][]) {
      const before = known.get(kind);
      const now = digestOf(list);
      known.set(kind, now);
      // Tools may have changed while nobody listened; other lists are not kept for long.
      const isNews = before === undefined ? isFirst && kind === "tools" : before !== now;
      if (isNews) announceListChange(ctx, upstream, kind);
    }
  }

  async function listen(): Promise<Line | null> {
    return mayListen ? openLine(ctx, upstream, heard) : null;
  }

  /** Answers whether it went well. */
  async function round(): Promise<boolean> {
    const line = await turn(listen);
    const over = new AbortController();
    const hangUp = () => over.abort();
    signal.addEventListener("abort", hangUp, { once: true });
    try {
      await turn(look);
      const startedAt = performance.now();
      const rest = wait(jittered(env().TAUSESTACK_UPSTREAM_REFRESH_MINUTES * 60_000), "rested", {
        signal: over.signal,
        ref: false,
      }).catch(() => "rested");
      const how = await Promise.race([rest, ...(line ? [line.ended] : [])]);
      return how === "rested" || performance.now() - startedAt > soundMs;
    } finally {
      signal.removeEventListener("abort", hangUp);
      over.abort();
      await line?.close();
    }
  }

  for (let failures = 0; !signal.aborted; ) {
    const isSound = await round().catch((err: unknown) => {
      log.debug({ err, upstreamId: upstream.upstreamId }, "an upstream is not heard");
      return false;
    });
    failures = isSound ? 0 : failures + 1;
    if (failures > 0) {
      await wait(pauseAfter(failures), null, { signal, ref: false }).catch(() => null);
    }
  }
}
