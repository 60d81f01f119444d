import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Row } from "postgres";
import { toArrayText } from "#db/arrays.ts";
import { memoryItems } from "#db/schema/memory.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { agentId as agentIdSchema } from "../schema.ts";
import { labelsOf } from "../search/labels.ts";
import { searchTextOf } from "../search/words.ts";
import {
  itemKey,
  type MemoryItem,
  maxContentBytes,
  namespace as namespaceSchema,
} from "./schema.ts";

/** Where an item is, within a tenant. */
export interface Place {
  agentId: string;
  namespace: string;
  key: string;
}

/** What a write says of an item. */
export interface Draft {
  content: unknown;
  tags: string[];
  importance: number;
  subjectId: string | null;
  expiresAt: Date | null;
}

/** What an item's readers are given; neither its words nor its tenant. */
export const itemColumns = {
  itemId: memoryItems.itemId,
  agentId: memoryItems.agentId,
  namespace: memoryItems.namespace,
  key: memoryItems.key,
  content: memoryItems.content,
  tags: memoryItems.tags,
  importance: memoryItems.importance,
  subjectId: memoryItems.subjectId,
  version: memoryItems.version,
  createdAt: memoryItems.createdAt,
  updatedAt: memoryItems.updatedAt,
  expiresAt: memoryItems.expiresAt,
  deletedAt: memoryItems.deletedAt,
};

export type ShownRow = Pick<typeof memoryItems.$inferSelect, keyof typeof itemColumns>;

/** The same for statements that are texts, in the order that does not matter. */
export const columnList = `i.item_id, i.agent_id, i.namespace, i.key, i.content, i.tags,
  i.importance, i.subject_id, i.version, i.created_at, i.updated_at, i.expires_at, i.deleted_at`;

export function toItem(row: ShownRow): MemoryItem {
  return {
    item_id: row.itemId,
    agent_id: row.agentId,
    namespace: row.namespace,
    key: row.key,
    content: row.content,
    tags: row.tags,
    importance: row.importance,
    subject_id: row.subjectId,
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    deleted_at: row.deletedAt?.toISOString() ?? null,
  };
}

/** A row of a statement that is a text, where JSON comes as text too. */
export function toShown(row: Row): ShownRow {
  return {
    ...{ itemId: row.item_id, agentId: row.agent_id, namespace: row.namespace, key: row.key },
    ...{ content: JSON.parse(row.content as string), tags: row.tags, importance: row.importance },
    ...{ subjectId: row.subject_id, version: row.version, createdAt: row.created_at },
    ...{ updatedAt: row.updated_at, expiresAt: row.expires_at, deletedAt: row.deleted_at },
  } as ShownRow;
}

/** The same as it stands on the wire. */
export function fromRow(row: Row): MemoryItem {
  return toItem(toShown(row));
}

export function missingItem({ agentId, namespace, key }: Place): AppError {
  return notFound("memory", `${agentId}/${namespace}/${key}`);
}

/** A place that no item can have is a missing one, and PostgreSQL never sees it. */
export function checkPlace(place: Place): void {
  const isPossible =
    agentIdSchema.safeParse(place.agentId).success &&
    namespaceSchema.safeParse(place.namespace).success &&
    itemKey.safeParse(place.key).success;
  if (!isPossible) throw missingItem(place);
}

export function atPlace(ctx: Ctx, { agentId, namespace, key }: Place): SQL | undefined {
  return and(
    eq(memoryItems.tenantId, ctx.tenantId),
    eq(memoryItems.agentId, agentId),
    eq(memoryItems.namespace, namespace),
    eq(memoryItems.key, key),
  );
}

/** True of an item that is neither in the trash nor expired; `since`: see `Expiries`. */
export function isLive(since: Date | null): SQL {
  return sql`(${memoryItems.deletedAt} is null
    and (${memoryItems.expiresAt} is null or ${memoryItems.expiresAt} > now())
    and ${memoryItems.updatedAt} >= coalesce(${since}::timestamptz, '-infinity'))`;
}

/** Refuses a content that is too large, with the words for the caller. Answers it as JSON. */
export function checkContent(content: unknown): string {
  const text = JSON.stringify(content);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxContentBytes) return text;
  const message = `must be at most ${maxContentBytes} bytes as JSON, and is ${bytes}`;
  throw new AppError("invalid_request", `/content: ${message}`, {
    errors: [{ pointer: "/content", message }],
  });
}

/** The columns by which a draft is found. */
export function searchColumns(ctx: Ctx, place: Place, draft: Draft, language: string) {
  const { title, body, head } = searchTextOf({ ...place, ...draft });
  const labels = toArrayText(labelsOf(ctx.tenantId, { ...place, tags: draft.tags }));
  return {
    language,
    head,
    document: sql<string>`array_to_tsvector(${labels}::text[])
      || setweight(to_tsvector(${language}::regconfig, ${title}), 'A')
      || setweight(to_tsvector(${language}::regconfig, ${body}), 'B')`,
  };
}
