import { and, asc, count, eq, gt, inArray, sql } from "drizzle-orm";
import { uniqueViolation } from "#db/errors.ts";
import { upstreams, upstreamTokens } from "#db/schema/upstreams.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { upstreamTopic } from "./registry.ts";
import { toAudited, toMasked, toUpstream } from "./row.ts";
import {
  mostUpstreams,
  type PutUpstreamInput,
  putUpstreamInput,
  type Upstream,
  type UpstreamQuery,
  upstreamId,
} from "./schema.ts";
import { refuseRestrictedSecrets } from "./secrets.ts";
import { refuseUnlistedCommand } from "./stdio/commands.ts";
import { personOf } from "./subject.ts";

type Row = typeof upstreams.$inferSelect;

function one(ctx: Ctx, id: string) {
  return and(eq(upstreams.tenantId, ctx.tenantId), eq(upstreams.upstreamId, id));
}

/** Ids that no upstream can have are missing ones. */
export function checkId(id: string): void {
  if (!upstreamId.safeParse(id).success) throw notFound("upstream", id);
}

/** Commits `write` and makes every process read the tenant's upstreams anew. */
export function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  return commitChange(ctx, upstreamTopic, write);
}

/** The rows' tokens that concern the caller: the tenant's and their own. */
async function withTokens(tx: Tx, ctx: Ctx, rows: Row[]) {
  if (rows.length === 0) return [];
  const subjects = ["tenant", personOf(ctx.principal)].filter((subject) => subject !== null);
  const tokens = await tx
    .select()
    .from(upstreamTokens)
    .where(
      and(
        eq(upstreamTokens.tenantId, ctx.tenantId),
        inArray(
          upstreamTokens.upstreamId,
          rows.map((row) => row.upstreamId),
        ),
        inArray(upstreamTokens.subject, subjects),
      ),
    );
  return rows.map((row) => ({
    row,
    tokens: tokens.filter((token) => token.upstreamId === row.upstreamId),
  }));
}

/** Whoever may write an upstream may see the texts of its headers. */
function toReader(ctx: Ctx): typeof toUpstream {
  return ctx.permissions.has("upstreams:write") ? toUpstream : toMasked;
}

/** Those that are used with an OAuth account, of the tenant or of each person. */
function needsAccount(scope: "tenant" | "user") {
  return sql`${upstreams.auth}->>'type' = 'oauth' and ${upstreams.auth}->>'scope' = ${scope}`;
}

/** The tenant's upstreams in the order of their ids. */
export async function listUpstreams(ctx: Ctx, query: UpstreamQuery): Promise<Page<Upstream>> {
  authorize(ctx, "upstreams:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    const found = await tx
      .select()
      .from(upstreams)
      .where(
        and(
          eq(upstreams.tenantId, ctx.tenantId),
          gt(upstreams.upstreamId, after),
          query.account && needsAccount(query.account),
        ),
      )
      .orderBy(asc(upstreams.upstreamId))
      .limit(size + 1);
    return withTokens(tx, ctx, found);
  });
  const to = toReader(ctx);
  return toPage(
    rows,
    size,
    ({ row }) => [row.upstreamId],
    ({ row, tokens }) => to(row, tokens),
  );
}

async function readOne(tx: Tx, ctx: Ctx, id: string) {
  const rows = await tx.select().from(upstreams).where(one(ctx, id));
  const [found] = await withTokens(tx, ctx, rows);
  if (!found) throw notFound("upstream", id);
  return found;
}

/** One upstream; `not_found` when the tenant has none of that id. */
export async function getUpstream(ctx: Ctx, id: string): Promise<Upstream> {
  authorize(ctx, "upstreams:read");
  checkId(id);
  const { row, tokens } = await withTenant(ctx.tenantId, (tx) => readOne(tx, ctx, id));
  return toReader(ctx)(row, tokens);
}

/** Rows are counted one writer at a time, so that two that meet cannot both be the last. */
async function refuseTooMany(tx: Tx, ctx: Ctx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`upstreams ${ctx.tenantId}`}))`);
  const [found] = await tx
    .select({ used: count() })
    .from(upstreams)
    .where(eq(upstreams.tenantId, ctx.tenantId));
  if ((found?.used ?? 0) < mostUpstreams) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant can have ${mostUpstreams} upstreams. Delete one before you register another.`,
    { extra: { limit: "max_upstreams", value: mostUpstreams } },
  );
}

function prefixTaken(prefix: string): AppError {
  return new AppError(
    "conflict",
    `Another upstream of the tenant has the prefix "${prefix}". Give this one another.`,
    { errors: [{ pointer: "/prefix", message: "is taken by another upstream" }] },
  );
}

/** Tokens are for the server that gave them: none goes where a changed address leads. */
async function forgetTokens(tx: Tx, ctx: Ctx, before: Row, after: Row): Promise<void> {
  const same = (key: "transport" | "auth") =>
    JSON.stringify(before[key]) === JSON.stringify(after[key]);
  if (same("transport") && same("auth")) return;
  await tx
    .delete(upstreamTokens)
    .where(
      and(
        eq(upstreamTokens.tenantId, ctx.tenantId),
        eq(upstreamTokens.upstreamId, after.upstreamId),
      ),
    );
}

/** The id as a prefix, where none is given; a digit may not come first. */
function prefixFrom(id: string): string {
  return (/^\d/.test(id) ? `u${id}` : id).slice(0, 32);
}

/**
 * Registers an upstream, or replaces the one of that id. A changed address or authorization
 * disconnects whoever had connected. Throws `invalid_request`, `conflict` for a prefix that is
 * taken, and `limit_exceeded`.
 */
export async function putUpstream(ctx: Ctx, id: string, raw: PutUpstreamInput): Promise<Upstream> {
  authorize(ctx, "upstreams:write");
  const checked = upstreamId.safeParse(id);
  if (!checked.success) {
    throw new AppError("invalid_request", `upstream_id: ${checked.error.issues[0]?.message ?? ""}`);
  }
  const input = parse(putUpstreamInput, raw);
  refuseUnlistedCommand(input.transport);
  await refuseRestrictedSecrets(ctx.tenantId, input);
  const values = {
    name: input.name,
    transport: input.transport,
    auth: input.auth,
    enabled: input.enabled,
    exposeResources: input.expose_resources,
    exposePrompts: input.expose_prompts,
    newTools: input.new_tools,
    timeoutMs: input.timeout_ms,
  };
  const write = async (tx: Tx) => {
    await refuseTooManyUnlessThere(tx, ctx, id);
    const [before] = await tx.select().from(upstreams).where(one(ctx, id)).for("update");
    const prefix = input.prefix ?? before?.prefix ?? prefixFrom(id);
    const [after] = before
      ? await tx
          .update(upstreams)
          .set({ ...values, prefix, updatedAt: sql`now()` })
          .where(one(ctx, id))
          .returning()
      : await tx
          .insert(upstreams)
          .values({ tenantId: ctx.tenantId, upstreamId: id, ...values, prefix })
          .returning();
    if (!after) throw new Error("The write returned no row");
    if (before) await forgetTokens(tx, ctx, before, after);
    await audit(tx, ctx, {
      action: before ? "upstream.update" : "upstream.create",
      target: { type: "upstream", id },
      before: before && toAudited(before),
      after: toAudited(after),
    });
    return readOne(tx, ctx, id);
  };
  try {
    const { row, tokens } = await change(ctx, write);
    return toUpstream(row, tokens);
  } catch (error) {
    if (uniqueViolation(error) === "upstreams_prefix") {
      throw prefixTaken(input.prefix ?? prefixFrom(id));
    }
    throw error;
  }
}

async function refuseTooManyUnlessThere(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const [there] = await tx.select({ id: upstreams.upstreamId }).from(upstreams).where(one(ctx, id));
  if (!there) await refuseTooMany(tx, ctx);
}

/** Removes an upstream with its connections and tokens; tools that call it fail from then on. */
export async function deleteUpstream(ctx: Ctx, id: string): Promise<void> {
  authorize(ctx, "upstreams:write");
  checkId(id);
  await change(ctx, async (tx) => {
    const [gone] = await tx.delete(upstreams).where(one(ctx, id)).returning();
    if (!gone) throw notFound("upstream", id);
    await audit(tx, ctx, {
      action: "upstream.delete",
      target: { type: "upstream", id },
      before: toAudited(gone),
    });
  });
}
