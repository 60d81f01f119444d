import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { fetchUpstreamCatalog } from "#lib/upstreams/catalog.ts";
import { toAppError } from "#lib/upstreams/errors.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { change } from "../../row.ts";
import { acceptNewTools } from "./auto-accept.ts";
import { toOffered } from "./definition.ts";
import { recordOffered } from "./record.ts";
import type { SyncedUpstream } from "./schema.ts";

/**
 * Notes what an upstream lists now, beside what was accepted of it. No tool that is served changes:
 * what is changed or gone waits for `acceptUpstreamTools`, and so does what is new, unless the
 * upstream's policy accepts it; nothing is gone of a list that is not `isWhole`. Throws `not_found`.
 */
export async function noteUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  listed: readonly JsonObject[],
  isWhole = true,
): Promise<SyncedUpstream> {
  authorize(ctx, "upstreams:write");
  const { new_tools } = await getUpstream(ctx, upstreamId);
  const offered = listed.flatMap((tool) => toOffered(tool) ?? []);
  // The catalog is read anew: calls of a tool that is gone say so.
  const drift = await change(ctx, (tx) => recordOffered(tx, ctx, upstreamId, offered, isWhole));
  if (new_tools === "hold") return { ...drift, accepted: [] };
  const accepted = await acceptNewTools(ctx, upstreamId);
  const held = drift.new.filter((name) => !accepted.includes(name));
  return { ...drift, new: held, accepted };
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
