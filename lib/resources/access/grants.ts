import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { resourceGrants, resources } from "#db/schema/resources.ts";
import type { Tx } from "#db/transaction.ts";
import { type AuditRecord, auditAll } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { parse } from "#lib/core/parse.ts";
import { checkId, lockResource, oneResource } from "../row.ts";
import { loadGoverned, ofResource, oneGrant, readGrants, toView } from "./grant-row.ts";
import { resourceGrantsTopic } from "./rules.ts";
import {
  type GrantInput,
  grantInput,
  mostGrantsOfResource,
  type PutGrantsInput,
  putGrantsInput,
  type ResourceGrant,
} from "./schema.ts";

type Input = z.output<typeof grantInput>;

/** Over all resources of a tenant; a process keeps them all in memory. */
const mostGrantsOfTenant = 5_000;

/** Who was granted what of a resource, in the order in which it was. Throws `not_found`. */
export async function listResourceGrants(ctx: Ctx, id: string): Promise<ResourceGrant[]> {
  authorize(ctx, "resources:read");
  return (await loadGoverned(ctx, id)).grants;
}

const granted = (after: ResourceGrant) => ({ action: "resource.grant", after });
const revoked = (before: ResourceGrant) => ({ action: "resource.revoke", before });

/** Commits a change of a resource's grants, which waits for others of the tenant, and audits it. */
function changeGrants<T>(
  ctx: Ctx,
  id: string,
  write: (tx: Tx) => Promise<{ result: T; records: Omit<AuditRecord, "target">[] }>,
): Promise<T> {
  authorize(ctx, "resources:govern");
  checkId(id);
  return commitChange(ctx, resourceGrantsTopic, async (tx) => {
    if (!(await lockResource(tx, ctx, id))) throw notFound("resource", id);
    const { result, records } = await write(tx);
    const target = { type: "resource", id };
    await auditAll(
      tx,
      ctx,
      records.map((record) => ({ ...record, target })),
    );
    return result;
  });
}

function refuse(limit: string, value: number, detail: string): AppError {
  return new AppError("limit_exceeded", detail, { extra: { limit, value } });
}

async function refusePastBounds(tx: Tx, ctx: Ctx, id: string, added: number): Promise<void> {
  if (added <= 0) return;
  // One at a time in a tenant, so that the count is exact.
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('resource_grants ' || ${ctx.tenantId}, 0))`,
  );
  if ((await tx.$count(resourceGrants, ofResource(ctx, id))) + added > mostGrantsOfResource) {
    throw refuse(
      "resource_grants",
      mostGrantsOfResource,
      `A resource has at most ${mostGrantsOfResource} grants. Grant it to a role, or revoke those that expired.`,
    );
  }
  const all = await tx.$count(resourceGrants, eq(resourceGrants.tenantId, ctx.tenantId));
  if (all + added <= mostGrantsOfTenant) return;
  throw refuse(
    "tenant_resource_grants",
    mostGrantsOfTenant,
    `A tenant has at most ${mostGrantsOfTenant} grants of resources. Grant to roles, or revoke those that expired.`,
  );
}

function valuesOf(ctx: Ctx, { subject, permissions, conditions, expires_at }: Input) {
  return {
    subjectType: subject.type,
    subjectId: subject.id,
    permissions,
    conditions,
    expiresAt: expires_at === null ? null : new Date(expires_at),
    principalType: ctx.principal.type,
    principalId: ctx.principal.id,
  };
}

async function close(tx: Tx, ctx: Ctx, id: string, grantedOnly: boolean): Promise<void> {
  await tx.update(resources).set({ grantedOnly }).where(oneResource(ctx, id));
}

/**
 * Grants a subject permissions of a resource, which is open to nobody else from then on. Throws
 * `not_found`, `invalid_request`, and `limit_exceeded` past 200 grants of a resource.
 */
export async function addResourceGrant(
  ctx: Ctx,
  id: string,
  raw: GrantInput,
): Promise<ResourceGrant> {
  authorize(ctx, "resources:govern");
  const input = parse(grantInput, raw);
  return changeGrants(ctx, id, async (tx) => {
    await refusePastBounds(tx, ctx, id, 1);
    const [row] = await tx
      .insert(resourceGrants)
      .values({
        ...{ tenantId: ctx.tenantId, resourceId: id, grantId: prefixedId("grant") },
        ...valuesOf(ctx, input),
      })
      .returning();
    if (!row) throw new Error("The insert returned no row");
    await close(tx, ctx, id, true);
    const result = toView(row);
    return { result, records: [granted(result)] };
  });
}

/** Replaces one grant, its subject included. Throws `not_found` and `invalid_request`. */
export async function putResourceGrant(
  ctx: Ctx,
  id: string,
  grantId: string,
  raw: GrantInput,
): Promise<ResourceGrant> {
  authorize(ctx, "resources:govern");
  const input = parse(grantInput, raw);
  return changeGrants(ctx, id, async (tx) => {
    const [before] = await tx
      .select()
      .from(resourceGrants)
      .where(oneGrant(ctx, id, grantId))
      .for("update");
    if (!before) throw notFound("grant", grantId);
    const [after] = await tx
      .update(resourceGrants)
      .set({ ...valuesOf(ctx, input), updatedAt: sql`now()` })
      .where(oneGrant(ctx, id, grantId))
      .returning();
    if (!after) throw notFound("grant", grantId);
    const result = toView(after);
    const record = { action: "resource.change_grant", before: toView(before), after: result };
    return { result, records: [record] };
  });
}

/** Takes one grant back; the resource stays closed, also without any. Throws `not_found`. */
export async function revokeResourceGrant(ctx: Ctx, id: string, grantId: string): Promise<void> {
  await changeGrants(ctx, id, async (tx) => {
    const [gone] = await tx
      .delete(resourceGrants)
      .where(oneGrant(ctx, id, grantId))
      .returning();
    if (!gone) throw notFound("grant", grantId);
    return { result: undefined, records: [revoked(toView(gone))] };
  });
}

function sameGrant(input: Input): string {
  const { subject, permissions, conditions, expires_at } = input;
  const entries = Object.entries(conditions).sort(([a], [b]) => (a < b ? -1 : 1));
  const until = expires_at === null ? null : Date.parse(expires_at);
  return JSON.stringify([subject.type, subject.id, permissions, entries, until]);
}

/**
 * Lets these grants hold and no others; none at all closes the resource to everybody. Those that
 * hold already stay as they are. Throws as `addResourceGrant` does.
 */
export async function putResourceGrants(
  ctx: Ctx,
  id: string,
  raw: PutGrantsInput,
): Promise<ResourceGrant[]> {
  authorize(ctx, "resources:govern");
  const wanted = new Map(parse(putGrantsInput, raw).map((input) => [sameGrant(input), input]));
  return changeGrants(ctx, id, async (tx) => {
    const stays = new Set<string>();
    const gone: ResourceGrant[] = [];
    for (const view of await readGrants(tx, ctx, id)) {
      const same = sameGrant(view);
      if (wanted.has(same) && !stays.has(same)) stays.add(same);
      else gone.push(view);
    }
    for (const view of gone)
      await tx.delete(resourceGrants).where(oneGrant(ctx, id, view.grant_id));
    const added = [...wanted].filter(([same]) => !stays.has(same)).map(([, input]) => input);
    await refusePastBounds(tx, ctx, id, added.length);
    const rows = added.map((input) => ({
      ...{ tenantId: ctx.tenantId, resourceId: id, grantId: prefixedId("grant") },
      ...valuesOf(ctx, input),
    }));
    const made = rows.length === 0 ? [] : await tx.insert(resourceGrants).values(rows).returning();
    await close(tx, ctx, id, true);
    const result = await readGrants(tx, ctx, id);
    // One entry for each: together they may be too large for the log.
    const ids = { grants: result.map(({ grant_id }) => grant_id) };
    const set = { action: "resource.set_grants", after: ids };
    return { result, records: [...gone.map(revoked), ...made.map(toView).map(granted), set] };
  });
}

/**
 * Takes all grants back and opens the resource to everyone of the tenant with the scope, unless the
 * tenant's `resource_access` is `granted`. Throws `not_found`.
 */
export async function openResource(ctx: Ctx, id: string): Promise<void> {
  await changeGrants(ctx, id, async (tx) => {
    const before = await readGrants(tx, ctx, id);
    await tx.delete(resourceGrants).where(ofResource(ctx, id));
    await close(tx, ctx, id, false);
    const records = [...before.map(revoked), { action: "resource.open" }];
    return { result: undefined, records };
  });
}
