import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { change } from "../../row.ts";
import { toOffered } from "./definition.ts";
import { recordOffered } from "./record.ts";
import type { SyncedUpstream } from "./schema.ts";

/**
 * Notes what an upstream lists now, beside what was accepted of it. No tool that is served changes:
 * what is new, changed or gone waits for `acceptUpstreamTools`. Throws `not_found` by the upstream's
 * foreign key alone; callers have read the upstream.
 */
export async function noteUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  listed: readonly JsonObject[],
): Promise<SyncedUpstream> {
  authorize(ctx, "upstreams:write");
  const offered = listed.flatMap((tool) => toOffered(tool) ?? []);
  // The catalog is read anew: calls of a tool that is gone say so.
  return change(ctx, (tx) => recordOffered(tx, ctx, upstreamId, offered));
}
