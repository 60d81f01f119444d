import { and, eq, sql } from "drizzle-orm";
import { toArrayText } from "#db/arrays.ts";
import { memoryItems, memoryVersions } from "#db/schema/memory.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { expiryIn } from "../expiry.ts";
import { makeRoom } from "../room.ts";
import type { MemorySettings } from "../settings.ts";
import {
  atPlace,
  checkContent,
  type Draft,
  isLive,
  itemColumns,
  missingItem,
  type Place,
  type ShownRow,
  searchColumns,
} from "./row.ts";

/** A write is made of what is there now, or of nothing; it answers what is to be there. */
export type Change = (before: ShownRow | undefined) => Draft;

/** What several writes of one transaction share. */
export interface Writing {
  tx: Tx;
  ctx: Ctx;
  settings: MemorySettings;
  /** Items that this transaction wrote: room is not made by their loss. */
  written: Set<string>;
}

const nameOf = ({ agentId, namespace, key }: Place) => `${agentId}/${namespace}/${key}`;

/** Refuses a write that was made on another version than the one there is; 0 is none. */
export function checkBase(
  place: Place,
  base: number | null | undefined,
  current: number | undefined,
): void {
  if (base === null || base === undefined || base === (current ?? 0)) return;
  const is = current === undefined ? "is not there" : `is at version ${current}`;
  const next =
    current === undefined
      ? "Send base_version 0 to create it."
      : `Read it again, and send base_version ${current}.`;
  throw new AppError(
    "conflict",
    `The memory "${nameOf(place)}" ${is}, and this change was made on ${base === 0 ? "none" : `version ${base}`}. ${next}`,
    { extra: { version: current ?? 0 } },
  );
}

/** The item at a place, locked; undefined where there is none that is neither expired nor deleted. */
export async function lockLive(tx: Tx, ctx: Ctx, place: Place): Promise<ShownRow | undefined> {
  const since = await expiryIn(ctx, place.namespace);
  const [row] = await tx
    .select(itemColumns)
    .from(memoryItems)
    .where(and(atPlace(ctx, place), isLive(since)))
    .for("update");
  return row;
}

/** What the audit log is told of an item: nothing that it says, since an erasure leaves the log. */
export function auditView(row: Pick<ShownRow, "agentId" | "namespace" | "version" | "importance">) {
  const { agentId, namespace, version, importance } = row;
  return { agent_id: agentId, namespace, version, importance };
}

function ofItem(ctx: Ctx, itemId: string) {
  return and(eq(memoryItems.tenantId, ctx.tenantId), eq(memoryItems.itemId, itemId));
}

/** The next version of an item, in one statement with the copy of the one before. */
async function replace(
  { tx, ctx, settings }: Writing,
  place: Place,
  before: ShownRow,
  draft: Draft,
  text: string,
): Promise<ShownRow> {
  const { itemId } = before;
  const search = searchColumns(ctx, place, draft, settings.language);
  const version = before.version + 1;
  if (settings.versions > 0) {
    await tx.execute(sql`
      with trimmed as (
        delete from ${memoryVersions} where tenant_id = ${ctx.tenantId} and item_id = ${itemId}
          and version <= ${before.version - settings.versions}::int
      )
      insert into ${memoryVersions} (tenant_id, item_id, version, content, tags, importance,
        subject_id, expires_at, written_at)
      select tenant_id, item_id, version, content, tags, importance, subject_id, expires_at, updated_at
      from ${memoryItems} where tenant_id = ${ctx.tenantId} and item_id = ${itemId}`);
  }
  const [row] = await tx
    .update(memoryItems)
    .set({
      content: sql`${text}::json`,
      tags: sql`${toArrayText(draft.tags)}::text[]`,
      importance: draft.importance,
      subjectId: draft.subjectId,
      expiresAt: draft.expiresAt,
      version,
      updatedAt: sql`now()`,
      ...search,
    })
    .where(ofItem(ctx, itemId))
    .returning(itemColumns);
  if (!row) throw new Error("The update returned no row");
  return row;
}

/**
 * A new item, or a new life of one that is in the trash or expired, whose versions go on counting.
 * Undefined where another caller has created it since the look.
 */
async function create(
  { tx, ctx, settings, written }: Writing,
  place: Place,
  draft: Draft,
  text: string,
): Promise<ShownRow | undefined> {
  await makeRoom(tx, ctx, settings.policy, 1, [...written]);
  const since = await expiryIn(ctx, place.namespace);
  const values = {
    content: sql`${text}::json`,
    tags: sql`${toArrayText(draft.tags)}::text[]`,
    importance: draft.importance,
    subjectId: draft.subjectId,
    expiresAt: draft.expiresAt,
    ...searchColumns(ctx, place, draft, settings.language),
  };
  const [row] = await tx
    .insert(memoryItems)
    .values({ tenantId: ctx.tenantId, itemId: uuidv7(), ...place, ...values })
    .onConflictDoUpdate({
      target: [memoryItems.tenantId, memoryItems.agentId, memoryItems.namespace, memoryItems.key],
      set: {
        ...values,
        version: sql`${memoryItems.version} + 1`,
        createdAt: sql`now()`,
        updatedAt: sql`now()`,
        deletedAt: null,
      },
      setWhere: sql`not ${isLive(since)}`,
    })
    .returning(itemColumns);
  return row;
}

/**
 * Writes what `change` makes of the item at a place, in the transaction and into its audit log.
 * Throws `conflict` for another version than `base`, and what `change` throws.
 */
export async function writeItem(
  writing: Writing,
  place: Place,
  base: number | null | undefined,
  change: Change,
): Promise<ShownRow> {
  const { tx, ctx, written } = writing;
  const before = await lockLive(tx, ctx, place);
  checkBase(place, base, before?.version);
  const draft = change(before);
  const text = checkContent(draft.content);
  const row = before
    ? await replace(writing, place, before, draft, text)
    : await create(writing, place, draft, text);
  if (!row) return writeItem(writing, place, base, change);
  written.add(row.itemId);
  await audit(tx, ctx, {
    action: before ? "memory.item.update" : "memory.item.create",
    target: { type: "memory_item", id: row.itemId },
    before: before && auditView(before),
    after: { ...auditView(row), bytes: Buffer.byteLength(text) },
  });
  return row;
}

/** Puts the item at a place into the trash. Throws `not_found`, `conflict`. */
export async function trashItem(
  { tx, ctx }: Writing,
  place: Place,
  base: number | null | undefined,
): Promise<ShownRow> {
  const before = await lockLive(tx, ctx, place);
  if (!before) throw missingItem(place);
  checkBase(place, base, before.version);
  const [row] = await tx
    .update(memoryItems)
    .set({ deletedAt: sql`now()` })
    .where(ofItem(ctx, before.itemId))
    .returning(itemColumns);
  if (!row) throw new Error("The update returned no row");
  await audit(tx, ctx, {
    action: "memory.item.delete",
    target: { type: "memory_item", id: row.itemId },
    before: auditView(before),
  });
  return row;
}
