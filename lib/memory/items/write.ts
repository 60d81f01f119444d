import { and, eq, sql } from "drizzle-orm";
import { toArrayText } from "#db/arrays.ts";
import { memoryItems, memoryVersions } from "#db/schema/memory.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { queueItem } from "../embeddings/queue.ts";
import type { Expiries } from "../expiry.ts";
import { makeRoom } from "../room.ts";
import type { MemorySettings } from "../settings.ts";
import {
  atPlace,
  checkContent,
  columnList,
  type Draft,
  isLive,
  itemColumns,
  missingItem,
  type Place,
  type ShownRow,
  searchColumns,
  toShown,
} from "./row.ts";

/** A write is made of what is there now, or of nothing; it answers what is to be there. */
export type Change = (before: ShownRow | undefined) => Draft;

/** What several writes of one transaction share. */
export interface Writing {
  tx: Tx;
  ctx: Ctx;
  settings: MemorySettings;
  expiries: Expiries;
  /** What is written is to be found by its meaning too. */
  embeds: boolean;
  /** Items that this transaction wrote: room is not made by their loss. */
  written: Set<string>;
}

const nameOf = ({ agentId, namespace, key }: Place) => `${agentId}/${namespace}/${key}`;

/** Refuses a write that was made on another version than the one there is; 0 is none. */
function checkBase(
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
export async function lockLive(
  { tx, ctx, expiries }: Writing,
  place: Place,
): Promise<ShownRow | undefined> {
  const [row] = await tx
    .select(itemColumns)
    .from(memoryItems)
    .where(and(atPlace(ctx, place), isLive(expiries(place.namespace))))
    .for("update");
  return row;
}

type AuditView = Pick<ShownRow, "agentId" | "namespace" | "version" | "importance">;

/** What the audit log is told of an item: nothing that it says, since an erasure leaves the log. */
export function auditView(row: AuditView) {
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
  const { language, head, document } = searchColumns(ctx, place, draft, settings.language);
  const isItem = sql`tenant_id = ${ctx.tenantId} and item_id = ${before.itemId}`;
  const copied =
    settings.versions > 0
      ? sql`insert into ${memoryVersions} (tenant_id, item_id, version, content, tags, importance,
          subject_id, expires_at, written_at)
        select tenant_id, item_id, version, content, tags, importance, subject_id, expires_at,
          updated_at
        from ${memoryItems} where ${isItem}`
      : sql`select 1`;
  const [row] = await tx.execute(sql`
    with copied as (${copied}), trimmed as (
      delete from ${memoryVersions}
      where ${isItem} and version <= ${before.version - settings.versions}::int
    )
    update ${memoryItems} as i set content = ${text}::json,
      tags = ${toArrayText(draft.tags)}::text[], importance = ${draft.importance}::int,
      subject_id = ${draft.subjectId}::text, expires_at = ${draft.expiresAt}::timestamptz,
      version = ${before.version + 1}::int, updated_at = now(), language = ${language},
      head = ${head}, document = ${document}
    where i.tenant_id = ${ctx.tenantId} and i.item_id = ${before.itemId}
    returning ${sql.raw(columnList)}`);
  if (!row) throw new Error("The update returned no row");
  return toShown(row);
}

/**
 * A new item, or a new life of one that is in the trash or expired, whose versions go on counting.
 * Undefined where another caller has created it since the look.
 */
async function create(
  { tx, ctx, settings, expiries, written }: Writing,
  place: Place,
  draft: Draft,
  text: string,
): Promise<ShownRow | undefined> {
  await makeRoom(tx, ctx, settings.policy, 1, [...written]);
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
      setWhere: sql`not ${isLive(expiries(place.namespace))}`,
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
  const { tx, ctx, written, embeds } = writing;
  const before = await lockLive(writing, place);
  checkBase(place, base, before?.version);
  const draft = change(before);
  const text = checkContent(draft.content);
  const log = (after: AuditView, itemId: string) =>
    audit(tx, ctx, {
      action: before ? "memory.item.update" : "memory.item.create",
      target: { type: "memory_item", id: itemId },
      before: before && auditView(before),
      after: { ...auditView(after), bytes: Buffer.byteLength(text) },
    });
  if (before) {
    const after = { ...before, importance: draft.importance, version: before.version + 1 };
    // They go out together.
    const [row] = await Promise.all([
      replace(writing, place, before, draft, text),
      log(after, before.itemId),
      embeds ? queueItem(tx, ctx, before.itemId) : undefined,
    ]);
    written.add(row.itemId);
    return row;
  }
  const row = await create(writing, place, draft, text);
  if (!row) return writeItem(writing, place, base, change);
  written.add(row.itemId);
  await Promise.all([log(row, row.itemId), embeds ? queueItem(tx, ctx, row.itemId) : undefined]);
  return row;
}

/** Puts the item at a place into the trash. Throws `not_found`, `conflict`. */
export async function trashItem(
  writing: Writing,
  place: Place,
  base: number | null | undefined,
): Promise<ShownRow> {
  const { tx, ctx } = writing;
  const before = await lockLive(writing, place);
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
