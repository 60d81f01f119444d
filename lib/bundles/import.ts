import { createHash } from "node:crypto";
import { setImmediate as pause } from "node:timers/promises";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChanges } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { listSecrets } from "#lib/secrets/service.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import type { QuotaName } from "#lib/tenants/schema.ts";
import { readQuotas } from "#lib/tenants/service.ts";
import { kindAdapters } from "./kinds/index.ts";
import type { KindAdapter, Written } from "./kinds/kind.ts";
import {
  hiddenItems,
  type ItemsPlan,
  type Planned,
  planItems,
  reasonsOf,
  writesOf,
} from "./plan-items.ts";
import { readBundle } from "./read.ts";
import {
  type ApplyBundleInput,
  applyBundleInput,
  type BundleInput,
  type BundleKind,
  type BundlePlan,
  type BundleResult,
  bundleKinds,
  type PlanAction,
  type PlanBundleInput,
  planActions,
  planBundleInput,
} from "./schema.ts";

function kindsOf(bundle: BundleInput): BundleKind[] {
  return bundleKinds.filter((kind) => bundle[kind].length > 0);
}

/** Nobody who may import nothing has a document read. */
function authorizeSome(ctx: Ctx): void {
  if (bundleKinds.some((kind) => ctx.permissions.has(kindAdapters[kind].write))) return;
  authorize(ctx, "tools:write");
}

/** A plan shows what the tenant has, so that it needs to be read as well as written. */
function authorizeImport(ctx: Ctx, bundle: BundleInput): void {
  for (const kind of kindsOf(bundle)) {
    authorize(ctx, kindAdapters[kind].write);
    authorize(ctx, kindAdapters[kind].read);
  }
}

/** Tries every definition that would be written, other requests in between. */
async function checkWrites(ctx: Ctx, items: readonly Planned[]): Promise<void> {
  for (const item of items) {
    const isWritten = item.action === "create" || item.action === "update";
    if (!isWritten || item.definition === null) continue;
    try {
      await kindAdapters[item.kind].check(ctx, item.definition);
    } catch (error) {
      item.reasons = reasonsOf(error);
      // What the tenant has in its place may not be there for the caller.
      Object.assign(item, { action: "invalid", changes: [], truncated: false });
    }
    await pause();
  }
}

/** The quotas that the writes would pass, with how many more they would need. */
async function exceededBy(tx: Tx, ctx: Ctx, plan: ItemsPlan): Promise<BundlePlan["exceeded"]> {
  const quotas = await readQuotas(tx, ctx);
  return bundleKinds.flatMap((kind) => {
    const adapter: KindAdapter = kindAdapters[kind];
    const takes = adapter.takes(writesOf(plan.items, kind), plan.present.get(kind) ?? new Map());
    return Object.entries(takes).flatMap(([limit, count]) => {
      const quota = quotas[limit as QuotaName];
      if (count === 0 || quota === undefined || quota.maximum === null) return [];
      const needed = quota.used + count;
      return needed > quota.maximum ? [{ limit, value: quota.maximum, needed }] : [];
    });
  });
}

/** Names that the bundle's tools take and the tenant has no secret of; null: not for the caller. */
async function missingSecrets(ctx: Ctx, items: readonly Planned[]): Promise<string[] | null> {
  if (!ctx.permissions.has("secrets:read")) return null;
  const names = new Set(
    items.flatMap(({ kind, definition }) => {
      const adapter: KindAdapter = kindAdapters[kind];
      return definition === null ? [] : [...adapter.secrets(adapter.hide(definition))];
    }),
  );
  if (names.size === 0) return [];
  for (const { name } of (await listSecrets(ctx, {})).items) names.delete(name);
  return [...names].sort();
}

function summaryOf(items: readonly Planned[]): Record<PlanAction, number> {
  const count = (action: PlanAction) => items.filter((item) => item.action === action).length;
  return Object.fromEntries(planActions.map((action) => [action, count(action)])) as Record<
    PlanAction,
    number
  >;
}

async function planFor(ctx: Ctx, bundle: BundleInput, onConflict: "update" | "skip" | "fail") {
  const hidden = await hiddenItems(ctx, bundle);
  const plan = await withTenant(ctx.tenantId, (tx) =>
    planItems(tx, ctx, bundle, { onConflict, lock: false, hidden }),
  );
  await checkWrites(ctx, plan.items);
  return plan;
}

/**
 * What an import of a bundle would do to each item, and what stands in its way. Writes nothing.
 * Throws `invalid_request` for what is no bundle.
 */
export async function planBundle(ctx: Ctx, raw: PlanBundleInput): Promise<BundlePlan> {
  authorizeSome(ctx);
  const input = parse(planBundleInput, raw);
  const bundle = await readBundle(ctx, input.bundle);
  authorizeImport(ctx, bundle);
  const plan = await planFor(ctx, bundle, input.on_conflict);
  const exceeded = await withTenant(ctx.tenantId, (tx) => exceededBy(tx, ctx, plan));
  const summary = summaryOf(plan.items);
  return {
    plan_hash: plan.hash,
    applicable: summary.invalid + summary.conflict + exceeded.length === 0,
    summary,
    items: plan.items.map(({ definition: _, ...item }) => item),
    missing_secrets: await missingSecrets(ctx, plan.items),
    exceeded,
  };
}

function refuseMoved(wanted: string, { hash }: ItemsPlan): void {
  if (wanted === hash) return;
  throw new AppError(
    "conflict",
    "The bundle, or what the tenant has of it, is not what the plan was made of. Nothing was written; plan again.",
  );
}

/** Throws for items that cannot be imported, a few of them named. */
function refuseBad(items: readonly Planned[]): void {
  const bad = items.filter(({ action }) => action === "invalid" || action === "conflict");
  if (bad.length === 0) return;
  const errors = bad.slice(0, 20).map(({ kind, id, reasons: [first] }) => {
    const place = items.filter((item) => item.kind === kind).findIndex((item) => item.id === id);
    const message = `"${id}": ${first?.message ?? "cannot be imported"}`;
    return { pointer: `/bundle/${kind}/${place}${first?.pointer ?? ""}`, message };
  });
  const isInvalid = bad.some(({ action }) => action === "invalid");
  const shown = errors.slice(0, 5).map(({ pointer, message }) => `${pointer}: ${message}`);
  throw new AppError(
    isInvalid ? "invalid_request" : "conflict",
    `${bad.length} of the items cannot be imported, and so none was: ${shown.join("; ")}`,
    { errors },
  );
}

function resultOf(items: readonly Planned[]): BundleResult {
  const written = (kind: BundleKind) => {
    const writes = writesOf(items, kind);
    return {
      created: writes.filter(({ isNew }) => isNew).map(({ id }) => id),
      updated: writes.filter(({ isNew }) => !isNew).map(({ id }) => id),
    };
  };
  const { unchanged, skip } = summaryOf(items);
  return {
    ...{ tools: written("tools"), prompts: written("prompts"), resources: written("resources") },
    ...{ unchanged, skipped: skip },
  };
}

async function auditImport(tx: Tx, ctx: Ctx, bundle: BundleInput, result: BundleResult) {
  const counts = bundleKinds.map((kind) => {
    const { created, updated } = result[kind];
    return [kind, { created: created.length, updated: updated.length }];
  });
  const parts = bundleKinds.map((kind) => bundle[kind]);
  await audit(tx, ctx, {
    action: "bundle.import",
    target: {
      type: "bundle",
      id: createHash("sha256").update(JSON.stringify(parts)).digest("hex"),
    },
    after: {
      ...Object.fromEntries(counts),
      ...{ unchanged: result.unchanged, skipped: result.skipped },
    },
  });
}

async function write(tx: Tx, ctx: Ctx, items: readonly Planned[]): Promise<Written[]> {
  const written: Written[] = [];
  for (const kind of bundleKinds) {
    const adapter: KindAdapter = kindAdapters[kind];
    const writes = writesOf(items, kind);
    if (writes.length > 0) written.push(await adapter.save(tx, ctx, writes));
  }
  return written;
}

/**
 * Imports a bundle as it was planned: all of its items, or nothing. Doing the same again changes
 * nothing. Throws `conflict` when the bundle or the tenant is not what `plan_hash` was made of, or
 * where an item is in conflict, `invalid_request`, and `limit_exceeded`.
 */
export async function applyBundle(ctx: Ctx, raw: ApplyBundleInput): Promise<BundleResult> {
  authorizeSome(ctx);
  const input = parse(applyBundleInput, raw);
  const { on_conflict: onConflict, plan_hash } = input;
  const bundle = await readBundle(ctx, input.bundle);
  authorizeImport(ctx, bundle);
  const checked = await planFor(ctx, bundle, onConflict);
  refuseMoved(plan_hash, checked);
  const hidden = await hiddenItems(ctx, bundle);
  refuseBad(checked.items);
  const written: Written[] = [];
  try {
    const result = await commitChanges(ctx, async (tx, tell) => {
      const plan = await planItems(tx, ctx, bundle, { onConflict, lock: true, hidden });
      refuseMoved(plan_hash, plan);
      written.push(...(await write(tx, ctx, plan.items)));
      const made = resultOf(plan.items);
      if (written.length > 0) await auditImport(tx, ctx, bundle, made);
      tell(...written.flatMap(({ notices }) => notices));
      return made;
    });
    for (const { after } of written) await after?.();
    return result;
  } catch (error) {
    throw asLimitExceeded(error) ?? error;
  }
}
