import { and, eq, sql } from "drizzle-orm";
import { budgets } from "#db/schema/budgets.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { getKey } from "#lib/auth/keys.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { budgetTopic } from "./rules.ts";
import { type Budget, type PutBudgetInput, putBudgetInput } from "./schema.ts";
import { readBudgets } from "./state.ts";

/** Each of the tenant's own, and of the operator's in it. */
const mostBudgets = 100;

type Row = typeof budgets.$inferSelect;

function checkId(budgetId: string): void {
  if (!/^bud_[0-9a-f]{32}$/.test(budgetId)) throw notFound("budget", budgetId);
}

/** The tenant's budgets, the operator's among them, and how their present windows stand. */
export async function listBudgets(ctx: Ctx, query: PageQuery): Promise<Page<Budget>> {
  authorize(ctx, "usage:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await readBudgets(ctx.tenantId, { after, most: size + 1 });
  return toPage(
    rows,
    size,
    (row) => [row.budget_id],
    (row) => row,
  );
}

/** One of them; throws `not_found`. */
export async function getBudget(ctx: Ctx, budgetId: string): Promise<Budget> {
  authorize(ctx, "usage:read");
  checkId(budgetId);
  const [found] = await readBudgets(ctx.tenantId, { ids: [budgetId] });
  if (!found) throw notFound("budget", budgetId);
  return found;
}

function toAudited({ scope, targetId, period, limitMicros, unpriced, byPlatform }: Row) {
  return {
    ...{ scope, target_id: targetId, period, limit_micros: limitMicros, unpriced },
    operator: byPlatform,
  };
}

/** An operator's ceiling is theirs alone. */
function authorizeWrite(ctx: Ctx, operator: boolean): void {
  authorize(ctx, "budgets:write");
  if (!operator || ctx.permissions.has("platform:write")) return;
  throw new AppError(
    "forbidden",
    "Budgets of whoever runs the deployment are set and lifted by them alone (platform:write).",
  );
}

async function refusePastBound(tx: Tx, ctx: Ctx, operator: boolean): Promise<void> {
  const own = and(eq(budgets.tenantId, ctx.tenantId), eq(budgets.byPlatform, operator));
  if ((await tx.$count(budgets, own)) < mostBudgets) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant has at most ${mostBudgets} budgets. Delete one, or budget the tenant as a whole.`,
    { extra: { limit: "budgets", value: mostBudgets } },
  );
}

/** Whoever sets budgets may name a key, and need not be one who sees keys. */
async function refuseUnknownKey(ctx: Ctx, keyId: string): Promise<void> {
  if (!keyId.startsWith("key_")) throw notFound("key", keyId);
  await getKey({ ...ctx, permissions: new Set(["keys:read"]) }, keyId);
}

/**
 * Sets the budget of a subject and period, or changes its limit; what it has spent and reserved
 * stays. A key's budget goes with the keys that replace it. A budget counts calls that begin after
 * it is set. Throws `not_found` for a key that is not there, `forbidden` to a tenant that would set
 * the operator's, `invalid_request` and `limit_exceeded`.
 */
export async function putBudget(ctx: Ctx, raw: PutBudgetInput): Promise<Budget> {
  const input = parse(putBudgetInput, raw);
  const { scope, target_id: targetId, period, operator: byPlatform } = input;
  authorizeWrite(ctx, byPlatform);
  if (scope === "key") await refuseUnknownKey(ctx, targetId);
  const values = {
    ...{ limitMicros: input.limit_micros, unpriced: input.unpriced },
    ...{ principalType: ctx.principal.type, principalId: ctx.principal.id },
  };
  const budgetId = await commitChange(ctx, budgetTopic, async (tx) => {
    // One at a time in a tenant, so that the count is exact.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended('budgets ' || ${ctx.tenantId}, 0))`,
    );
    const [before] = await tx
      .select()
      .from(budgets)
      .where(
        and(
          eq(budgets.tenantId, ctx.tenantId),
          eq(budgets.scope, scope),
          eq(budgets.targetId, targetId),
          eq(budgets.period, period),
          eq(budgets.byPlatform, byPlatform),
        ),
      );
    if (!before) await refusePastBound(tx, ctx, byPlatform);
    const [after] = await tx
      .insert(budgets)
      .values({
        ...{ tenantId: ctx.tenantId, budgetId: before?.budgetId ?? prefixedId("bud") },
        ...{ scope, targetId, period, byPlatform, ...values },
      })
      .onConflictDoUpdate({
        target: [
          ...[budgets.tenantId, budgets.scope, budgets.targetId],
          ...[budgets.period, budgets.byPlatform],
        ],
        set: { ...values, updatedAt: sql`now()` },
      })
      .returning();
    if (!after) throw new Error("The upsert returned no row");
    await audit(tx, ctx, {
      action: before ? "budget.update" : "budget.create",
      target: { type: "budget", id: after.budgetId },
      before: before && toAudited(before),
      after: toAudited(after),
    });
    return after.budgetId;
  });
  const [found] = await readBudgets(ctx.tenantId, { ids: [budgetId] });
  if (!found) throw notFound("budget", budgetId);
  return found;
}

/** Removes a budget with what it counted. Throws `not_found`, and `forbidden` for the operator's. */
export async function deleteBudget(ctx: Ctx, budgetId: string): Promise<void> {
  authorize(ctx, "budgets:write");
  checkId(budgetId);
  await commitChange(ctx, budgetTopic, async (tx) => {
    const [gone] = await tx
      .delete(budgets)
      .where(and(eq(budgets.tenantId, ctx.tenantId), eq(budgets.budgetId, budgetId)))
      .returning();
    if (!gone) throw notFound("budget", budgetId);
    authorizeWrite(ctx, gone.byPlatform);
    await audit(tx, ctx, {
      action: "budget.delete",
      target: { type: "budget", id: budgetId },
      before: toAudited(gone),
    });
  });
}
