import { type SQL, sql } from "drizzle-orm";
import { toArrayText } from "#db/arrays.ts";
import { tenantRead, tenantScope, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { embedTexts } from "#lib/providers/embed.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import { searchAbilities } from "../search/abilities.ts";
import type { Places } from "../search/labels.ts";
import { embeddingCall } from "./embed-pending.ts";
import { indexName, mostExact } from "./indexes.ts";
import { embeddingModel } from "./model.ts";
import { vectorText } from "./text.ts";

/** What a search asks of entries besides their meaning. */
export interface MeaningFilter {
  places: Places;
  agentId: string | undefined;
  namespace: string | undefined;
  tags: readonly string[];
  after: string | null;
  before: string | null;
  most: number;
}

/** What came of a search by meaning. */
export interface ByMeaning {
  ids: string[];
  semantic: "used" | "unavailable" | "no_model" | "failed";
  reason: string | null;
  /** Items that wait to be embedded, and are found by their words meanwhile; null: none ever is. */
  pending: number | null;
}

/** A search waits for the query's embedding no longer than this. */
const timeoutMs = 3_000;

const mostPending = 10_000;

const stateText = `${tenantScope}
  select s.* from scope, lateral (
    select (select count(*) from (select from memory_embedding_queue q
        where q.tenant_id = scope.tenant_id limit ${mostPending}) q) as pending,
      (select problem from memory_embedding_states where tenant_id = scope.tenant_id) as problem,
      (select count(*) from (select from memory_embeddings e
        where e.tenant_id = scope.tenant_id limit ${mostExact + 1}) e) as kept
    offset 0
  ) s`;

/** Past a right angle a text has nothing to do with the query. */
const farthest = 1;

/** A query's vector, as the model made it, and what entries have to fit besides. */
export interface NearQuery {
  model: string;
  vector: string;
  dimensions: number;
  filter: MeaningFilter;
}

function candidates(ctx: Ctx, { model, dimensions, filter }: NearQuery): SQL {
  const { places, agentId = null, namespace = null, tags, after, before } = filter;
  const list = places && JSON.stringify(places);
  return sql`memory_embeddings e join memory_items i
      on i.tenant_id = e.tenant_id and i.item_id = e.item_id
    where e.tenant_id = ${ctx.tenantId} and e.model = ${model}
      and e.dimensions = ${sql.raw(String(dimensions))} and i.deleted_at is null
      and (${agentId}::text is null or i.agent_id = ${agentId})
      and (${namespace}::text is null or i.namespace = ${namespace})
      and i.tags @> ${toArrayText(tags)}::text[]
      and (${after}::timestamptz is null or i.updated_at >= ${after}::timestamptz)
      and (${before}::timestamptz is null or i.updated_at < ${before}::timestamptz)
      and (${list}::json is null or exists (
        select from json_to_recordset(${list}::json) as p ("agentId" text, namespace text)
        where p."agentId" = i.agent_id and (p.namespace is null or p.namespace = i.namespace)))`;
}

/**
 * All of the tenant's vectors are compared, so that nothing near is missed and other tenants' numbers
 * do not matter. Distances are of vectors of one length alone, hence the inner query.
 */
function exactly(ctx: Ctx, query: NearQuery): SQL {
  return sql`select item_id, distance from (
      select e.item_id, e.embedding <=> ${query.vector}::halfvec as distance
      from ${candidates(ctx, query)} offset 0
    ) e order by distance limit ${query.filter.most}`;
}

/** By the index of all tenants' vectors of that many dimensions; it may miss some. */
function byIndex(ctx: Ctx, query: NearQuery): SQL {
  const type = sql.raw(`halfvec(${query.dimensions})`);
  const distance = sql`e.embedding::${type} <=> ${query.vector}::${type}`;
  return sql`select e.item_id, ${distance} as distance from ${candidates(ctx, query)}
    order by ${distance} limit ${query.filter.most}`;
}

/** The ids of the nearest entries, in order; `isIndexed`: by the index of their dimensions. */
export async function findNear(ctx: Ctx, query: NearQuery, isIndexed: boolean): Promise<string[]> {
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    type Found = { item_id: string; distance: number };
    if (!isIndexed) return tx.execute<Found>(exactly(ctx, query));
    // It goes on until enough of what it finds is the tenant's and fits the filters.
    await tx.execute(sql`select set_config('hnsw.iterative_scan', 'relaxed_order', true),
      set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`);
    return tx.execute<Found>(byIndex(ctx, query));
  });
  return rows
    .map(({ item_id, distance }) => ({ item_id, distance: Number(distance) }))
    .filter(({ distance }) => distance < farthest)
    .sort((a, b) => a.distance - b.distance)
    .map(({ item_id }) => item_id);
}

async function hasIndex(ctx: Ctx, dimensions: number): Promise<boolean> {
  const [row] = await tenantRead(
    ctx.tenantId,
    `${tenantScope} select exists (select from scope, pg_index
      where indexrelid = to_regclass($2) and indisvalid) as has`,
    [indexName(dimensions)],
  );
  return row?.has === true;
}

/**
 * The ids of entries whose meaning is near the query's, the nearest first, and what can be said of the
 * search: one request to the tenant's model of embeddings, which may take three seconds. It throws
 * nothing for what the provider does.
 */
export async function findByMeaning(
  ctx: Ctx,
  name: string | null,
  query: string,
  filter: MeaningFilter,
): Promise<ByMeaning> {
  const none = { ids: [], pending: null };
  if (!(await searchAbilities()).meaning) {
    const reason = "The database has no pgvector (0.7 or newer), so memories are found by words.";
    return { ...none, semantic: "unavailable", reason };
  }
  if (name === null) {
    const reason = "The tenant has no model of embeddings: memory_embedding of its mcp_config.";
    return { ...none, semantic: "no_model", reason };
  }
  const asked = (async () => {
    const model = await embeddingModel(ctx, name);
    const options = { name: embeddingCall, model: name, timeoutMs, retries: 0 };
    const { vectors } = await embedTexts(ctx, [query], options);
    return { model, vectors };
  })();
  const [told, [state]] = await Promise.allSettled([
    asked,
    tenantRead(ctx.tenantId, stateText, []),
  ]).then(([of, rows]) => {
    if (rows.status === "rejected") throw rows.reason;
    return [of, rows.value] as const;
  });
  const pending = Number(state?.pending ?? 0);
  if (told.status === "rejected") {
    if (!(told.reason instanceof ProviderError)) throw told.reason;
    return { ids: [], semantic: "failed", reason: told.reason.message, pending };
  }
  const { model, vectors } = told.value;
  const [vector = []] = vectors;
  const dimensions = vector.length;
  const wanted = { model: model.identity, vector: vectorText(vector), dimensions, filter };
  const isMuch = Number(state?.kept ?? 0) > mostExact && (await hasIndex(ctx, dimensions));
  const ids = await findNear(ctx, wanted, isMuch);
  return { ids, semantic: "used", reason: (state?.problem as string | null) ?? null, pending };
}
