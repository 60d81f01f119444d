import { and, asc, eq, gt, sql } from "drizzle-orm";
import { secrets } from "#db/schema/secrets.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
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

async function change<T>(ctx: Ctx, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: secretTopic, key: ctx.tenantId };
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}

/** The tenant's secrets without their values, in the order of their names. */
export async function listSecrets(ctx: Ctx, query: SecretQuery): Promise<Page<Secret>> {
  authorize(ctx, "secrets:read");
  const size = Math.min(pageSize(query), 1000);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(secrets)
      .where(and(eq(secrets.tenantId, ctx.tenantId), gt(secrets.name, after)))
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
 * call of every tool. Throws `invalid_request`, also for a new secret without a value.
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
    const [before] = await tx.select().from(secrets).where(one(ctx, name)).for("update");
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

/** Removes a secret; tools that name it fail from the next call on. `not_found` for none. */
export async function deleteSecret(ctx: Ctx, name: string): Promise<void> {
  authorize(ctx, "secrets:write");
  checkName(name);
  await change(ctx, async (tx) => {
    const [gone] = await tx.delete(secrets).where(one(ctx, name)).returning();
    if (!gone) throw notFound("secret", name);
    await audit(tx, ctx, {
      action: "secret.delete",
      target: { type: "secret", id: name },
      before: toAudited(gone),
    });
  });
}
