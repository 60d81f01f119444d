import { and, asc, eq, gt, sql } from "drizzle-orm";
import { secrets } from "#db/schema/secrets.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import { seal } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import {
  type PutSecretInput,
  putSecretInput,
  type Secret,
  type SecretQuery,
  type SecretUse,
  secretName,
} from "./schema.ts";
import { secretTopic } from "./values.ts";

type Row = typeof secrets.$inferSelect;

function toSecret(row: Row): Secret {
  return {
    name: row.name,
    description: row.description,
    version: row.version,
    allowed_tools: row.allowedTools,
    updated_by: { type: row.principalType, id: row.principalId },
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** What changed, for the audit log: a secret's row holds nothing else that may be told. */
function toAudited(row: Row) {
  const { description, version, allowedTools } = row;
  return { description, version, allowed_tools: allowedTools };
}

function one(ctx: Ctx, name: string) {
  return and(eq(secrets.tenantId, ctx.tenantId), eq(secrets.name, name));
}

/** Names that no secret can have are missing ones. */
function checkName(name: string): void {
  if (!secretName.safeParse(name).success) throw notFound("secret", name);
}

const mostSecrets = 500;

async function find(tx: Tx, ctx: Ctx, name: string): Promise<Row | undefined> {
  const [row] = await tx.select().from(secrets).where(one(ctx, name)).for("update");
  return row;
}

/** One creation at a time in a tenant, so that the count is exact. Answers who came first, if any. */
async function makeRoom(tx: Tx, ctx: Ctx, name: string): Promise<Row | undefined> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('secrets ' || ${ctx.tenantId}, 0))`,
  );
  const there = await find(tx, ctx, name);
  if (there) return there;
  const count = await tx.$count(secrets, eq(secrets.tenantId, ctx.tenantId));
  if (count < mostSecrets) return undefined;
  const detail = `The tenant has ${mostSecrets} secrets, which is the most. Delete one that is not used.`;
  throw new AppError("limit_exceeded", detail, { extra: { limit: "secrets", value: mostSecrets } });
}

function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  return commitChange(ctx, secretTopic, write);
}

/** The tenant's secrets without their values, in the order of their names. */
export async function listSecrets(ctx: Ctx, query: SecretQuery): Promise<Page<Secret>> {
  authorize(ctx, "secrets:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const found = query.search
    ? sql`position(lower(${query.search}) in lower(${secrets.name})) > 0`
    : undefined;
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(secrets)
      .where(and(eq(secrets.tenantId, ctx.tenantId), gt(secrets.name, after), found))
      .orderBy(asc(secrets.name))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.name], toSecret);
}

/** One secret without its value; `not_found` when the tenant has none of that name. */
export async function getSecret(ctx: Ctx, name: string): Promise<Secret> {
  authorize(ctx, "secrets:read");
  checkName(name);
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(secrets).where(one(ctx, name)),
  );
  if (!row) throw notFound("secret", name);
  return toSecret(row);
}

/**
 * Creates a secret, or changes what is given of one: a new `value` rotates it at once, for the next
 * call of every tool. Throws `invalid_request`, also for a new secret without a value, and
 * `limit_exceeded` for one too many.
 */
export async function putSecret(ctx: Ctx, name: string, raw: PutSecretInput): Promise<Secret> {
  authorize(ctx, "secrets:write");
  const checked = secretName.safeParse(name);
  if (!checked.success) {
    throw new AppError("invalid_request", `name: ${checked.error.issues[0]?.message ?? ""}`);
  }
  const { value, description, allowed_tools } = parse(putSecretInput, raw);
  const valueSealed = value === undefined ? undefined : seal(keyring(), ctx.tenantId, value);
  const by = { principalType: ctx.principal.type, principalId: ctx.principal.id };
  return change(ctx, async (tx) => {
    const before = (await find(tx, ctx, name)) ?? (await makeRoom(tx, ctx, name));
    if (!before && valueSealed === undefined) {
      throw new AppError("invalid_request", `There is no secret "${name}" yet. Send its value.`, {
        errors: [{ pointer: "/value", message: "is required for a new secret" }],
      });
    }
    const given = {
      ...(description === undefined ? {} : { description }),
      ...(allowed_tools === undefined ? {} : { allowedTools: allowed_tools }),
    };
    const [after] = await tx
      .insert(secrets)
      .values({ tenantId: ctx.tenantId, name, valueSealed: valueSealed ?? "", ...given, ...by })
      .onConflictDoUpdate({
        target: [secrets.tenantId, secrets.name],
        set: {
          ...given,
          ...by,
          ...(valueSealed === undefined
            ? {}
            : { valueSealed, version: sql`${secrets.version} + 1` }),
          updatedAt: sql`now()`,
        },
      })
      .returning();
    if (!after) throw new Error("The upsert returned no row");
    await audit(tx, ctx, {
      action: before ? (value === undefined ? "secret.update" : "secret.rotate") : "secret.create",
      target: { type: "secret", id: name },
      before: before && toAudited(before),
      after: toAudited(after),
    });
    return toSecret(after);
  });
}

/**
 * Removes a secret; what names it fails from the next call on. `findUses` tells what does, and any
 * refuses the removal with `conflict`. `not_found` for a secret that is not there.
 */
export async function deleteSecret(
  ctx: Ctx,
  name: string,
  findUses: (tx: Tx) => Promise<SecretUse[]>,
): Promise<void> {
  authorize(ctx, "secrets:write");
  checkName(name);
  await change(ctx, async (tx) => {
    const gone = await find(tx, ctx, name);
    if (!gone) throw notFound("secret", name);
    const uses = await findUses(tx);
    if (uses.length > 0) {
      const named = uses.slice(0, 10).map((use) => `${use.kind} ${use.id}`);
      const more = uses.length > named.length ? ` and ${uses.length - named.length} more` : "";
      throw new AppError(
        "conflict",
        `The secret "${name}" is used by ${named.join(", ")}${more}. Change what uses it, or delete it with force=true.`,
      );
    }
    await tx.delete(secrets).where(one(ctx, name));
    await audit(tx, ctx, {
      action: "secret.delete",
      target: { type: "secret", id: name },
      before: toAudited(gone),
    });
  });
}
