import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { fetchUpstreamCatalog } from "#lib/upstreams/catalog.ts";
import { toAppError } from "#lib/upstreams/errors.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { change } from "../../row.ts";
import { toOffered } from "./definition.ts";
import { recordOffered } from "./record.ts";
import type { SyncedUpstream } from "./schema.ts";

/**
 * Notes what an upstream lists now, beside what was accepted of it. No tool that is served changes:
 * what is new, changed or gone waits for `acceptUpstreamTools`; nothing is gone of a list that is not
 * `isWhole`. Throws `not_found` by the upstream's foreign key alone; callers have read the upstream.
 */
export async function noteUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  listed: readonly JsonObject[],
  isWhole = true,
): Promise<SyncedUpstream> {
  authorize(ctx, "upstreams:write");
  const offered = listed.flatMap((tool) => toOffered(tool) ?? []);
  // The catalog is read anew: calls of a tool that is gone say so.
  return change(ctx, (tx) => recordOffered(tx, ctx, upstreamId, offered, isWhole));
}

/**
 * Asks an upstream what it lists now and notes it. Throws `not_found`, and `upstream_failed` or
 * `unavailable` where it does not answer; what was noted before then stays.
 */
export async function syncUpstreamTools(ctx: Ctx, upstreamId: string): Promise<SyncedUpstream> {
  authorize(ctx, "upstreams:write");
  await getUpstream(ctx, upstreamId);
  const { tools } = await fetchUpstreamCatalog(ctx, upstreamId, ["tools"]).catch(
    (error: unknown) => {
      throw toAppError(error);
    },
  );
  return noteUpstreamTools(ctx, upstreamId, tools);
}

/** Notes what an upstream shows one person of what it has, on their own account. */
export async function noteToolsOfPerson(ctx: Ctx, upstreamId: string): Promise<SyncedUpstream> {
  const { tools } = await fetchUpstreamCatalog(ctx, upstreamId, ["tools"]);
  return noteUpstreamTools(ctx, upstreamId, tools, false);
}
