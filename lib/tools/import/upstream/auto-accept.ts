import { and, asc, eq, isNotNull, isNull } from "drizzle-orm";
import { upstreamTools } from "#db/schema/upstream-tools.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { acceptUpstreamTools } from "./accept.ts";
import { digestOf } from "./definition.ts";
import { ofUpstream } from "./record.ts";
import type { UpstreamDefinition } from "./schema.ts";
import { suspicionsOf } from "./suspicion.ts";

const atOnce = 100;
/** Tools of one look that may turn out to be none, before the rest is left to a person. */
const mostRefused = 50;

interface Wanted {
  name: string;
  digest: string;
}

/** What was never accepted nor set aside, and in which nothing looks wrong. */
async function readPlain(ctx: Ctx, upstreamId: string): Promise<Wanted[]> {
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ name: upstreamTools.remoteName, offered: upstreamTools.offered })
      .from(upstreamTools)
      .where(
        and(
          ofUpstream(ctx, upstreamId),
          eq(upstreamTools.state, "new"),
          // One that was accepted once had its tool deleted here: nothing brings it back by itself.
          isNull(upstreamTools.accepted),
          isNotNull(upstreamTools.offered),
        ),
      )
      .orderBy(asc(upstreamTools.remoteName)),
  );
  return rows.flatMap(({ name, offered }) => {
    const definition = offered as UpstreamDefinition;
    const isPlain = suspicionsOf(name, definition).length === 0;
    return isPlain ? [{ name, digest: digestOf(definition) }] : [];
  });
}

/** Which of a batch was refused by itself, so that the others can be accepted without it. */
function refusedAt(error: AppError): number | null {
  const at = /^\/tools\/(\d+)$/.exec(error.errors?.[0]?.pointer ?? "")?.[1];
  return at === undefined ? null : Number(at);
}

/**
 * Accepts the tools that an upstream offers for the first time, for one whose policy says so. What
 * makes no tool, and what the tenant has no room for, goes on waiting. Answers the names there.
 */
export async function acceptNewTools(ctx: Ctx, upstreamId: string): Promise<string[]> {
  if (!ctx.permissions.has("tools:write")) return [];
  const accepted: string[] = [];
  let waiting = await readPlain(ctx, upstreamId);
  for (let refused = 0; waiting.length > 0 && refused < mostRefused; ) {
    const batch = waiting.slice(0, atOnce);
    try {
      await acceptUpstreamTools(ctx, upstreamId, { tools: batch });
      accepted.push(...batch.map(({ name }) => name));
      waiting = waiting.slice(batch.length);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const at = refusedAt(error);
      log.info({ upstreamId, code: error.code }, "a new tool of an upstream is held");
      if (at === null) break;
      refused += 1;
      waiting = waiting.toSpliced(at, 1);
    }
  }
  return accepted;
}
