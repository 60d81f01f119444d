import { toArrayText } from "#db/arrays.ts";
import { tenantRead, tenantScope } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { type Reach, reaches, reachOf } from "../access.ts";
import { type ByMeaning, findByMeaning, type MeaningFilter } from "../embeddings/find.ts";
import { expiryOf } from "../expiry.ts";
import { isLiveText } from "../items/read.ts";
import { columnList, fromRow } from "../items/row.ts";
import {
  type foundBy,
  type MemoryItem,
  type SearchAnswer,
  type SearchInput,
  searchInput,
} from "../items/schema.ts";
import { settingsOf } from "../settings.ts";
import { metered } from "../usage.ts";
import { searchAbilities } from "./abilities.ts";
import { findByWords, findSimilar, type Wanted } from "./candidates.ts";
import { type Fused, fuse } from "./fuse.ts";
import { labelQuery } from "./labels.ts";
import { placesOf } from "./places.ts";
import { fold } from "./words.ts";

type FoundBy = (typeof foundBy)[number];

export const selectFound = `${tenantScope}
  select i.* from scope, lateral (
    select ${columnList} from memory_items i
    where i.tenant_id = scope.tenant_id and i.item_id = any($3::text[]) and ${isLiveText} offset 0
  ) i`;

/** Lists of ids, each the best first. What all words find in plenty needs no weaker ones. */
async function wordListsFor(wanted: Wanted, limit: number): Promise<[FoundBy, string[]][]> {
  if (wanted.query.trim() === "") return [["filters", await findByWords("filters", wanted)]];
  const all = await findByWords("all_words", wanted);
  if (all.length >= limit) return [["all_words", all]];
  const [some, similar] = await Promise.all([
    findByWords("some_words", wanted),
    searchAbilities().then(({ similar }) => (similar ? findSimilar(wanted) : [])),
  ]);
  return [
    ["all_words", all],
    ["some_words", some],
    ["similar", similar],
  ];
}

/** The entries themselves, as the caller may read them at this moment. */
async function readFound(
  ctx: Ctx,
  fused: readonly Fused<FoundBy>[],
  reach: Reach | null,
): Promise<Map<string, MemoryItem>> {
  if (fused.length === 0) return new Map();
  const ids = toArrayText(fused.map(({ id }) => id));
  const rows = await tenantRead(ctx.tenantId, selectFound, [await expiryOf(ctx), ids]);
  const items = rows.map(fromRow);
  return new Map(
    items
      .filter((item) => reaches(reach, item.agent_id, item.namespace, "read"))
      .map((item) => [item.item_id, item]),
  );
}

const notAsked = { ids: [], semantic: "not_asked", reason: null, pending: null } as const;

/** By meaning where there is a query; the tenant's words are looked up meanwhile. */
function meaningOf(
  ctx: Ctx,
  query: string,
  model: string | null,
  filter: MeaningFilter,
): Promise<ByMeaning | typeof notAsked> {
  return query.trim() === ""
    ? Promise.resolve(notAsked)
    : findByMeaning(ctx, model, query.toWellFormed(), filter);
}

/**
 * Items that the caller may read, by all of the words, by some of them, by words alike and by their
 * meaning, ranked together; without words, the newest that the filters let through. `semantic` and
 * `similar` say what could not be asked. Throws `invalid_request`.
 */
export async function searchItems(ctx: Ctx, raw: SearchInput): Promise<SearchAnswer> {
  authorize(ctx, "memory:read");
  const input = parse(searchInput, raw);
  return metered(ctx, "memory.search", input.agent_id ?? "", async () => {
    const [reach, { language, embedding }, { similar }] = await Promise.all([
      reachOf(ctx),
      settingsOf(ctx),
      searchAbilities(),
    ]);
    const { limit, agent_id: agentId, namespace, tags } = input;
    const places = placesOf(reach);
    const filter = {
      ...{ places, agentId, namespace, tags },
      after: input.updated_after ?? null,
      before: input.updated_before ?? null,
      // Some of what is found may have expired since the last round of the job.
      most: 2 * limit,
    };
    const labels = labelQuery(ctx.tenantId, { places, agentId, namespace, tags });
    const { tenantId } = ctx;
    const [words, meaning] = await Promise.all([
      wordListsFor({ ...filter, tenantId, language, query: fold(input.query), labels }, limit),
      meaningOf(ctx, input.query, embedding, filter),
    ]);
    const lists: typeof words = [...words, ["meaning", [...meaning.ids]]];
    const fused = fuse(lists).slice(0, filter.most);
    const items = await readFound(ctx, fused, reach);
    const shown = fused.flatMap(({ id, score, foundBy: found_by }) => {
      const item = items.get(id);
      return item ? [{ ...item, score: Math.round(score * 1e6) / 1e6, found_by }] : [];
    });
    return {
      items: shown.slice(0, limit),
      language,
      similar: similar ? "available" : "unavailable",
      semantic: meaning.semantic,
      semantic_reason: meaning.reason,
      semantic_pending: meaning.pending,
    };
  });
}
