import type { Parameter } from "#db/transaction.ts";
import { platformStatement } from "#db/transaction.ts";

/**
 * Row-level security lets no operator of text search go before it, so that under the app role
 * PostgreSQL would read all of a tenant's entries. These statements run as the platform's role,
 * which can read of an entry its words and not its content, and answer ids alone; whoever asks
 * reads the entries under the app role, which shows none of another tenant's.
 */

/** How many entries are ranked at most; of more that fit, the newest and some others. */
const mostRanked = 1_000;
const newestLooked = 4_000;

const queries = {
  all_words: "websearch_to_tsquery($2::regconfig, $3)",
  some_words: "replace(plainto_tsquery($2::regconfig, $3)::text, ' & ', ' | ')::tsquery",
} as const;

type WordKind = keyof typeof queries;

const times = `($5::timestamptz is null or i.updated_at >= $5)
      and ($6::timestamptz is null or i.updated_at < $6)`;

const columns = "i.item_id, i.importance, i.updated_at";

const sources = {
  index: "memory_items i where i.tenant_id = $1 and i.deleted_at is null and",
  newest: `newest_memory_items($1, ${newestLooked}) i where`,
} as const;

function wordsText(kind: WordKind, source: keyof typeof sources): string {
  const query = queries[kind];
  return `select item_id, count(*) over () as fit from (
    select ${columns}, ts_rank_cd(i.document, ${query}) as rank
    from ${sources[source]} numnode(${query}) > 0
      and i.document @@ (${query} && $4::tsquery) and ${times}
    limit ${mostRanked}
  ) i order by rank desc, importance desc, updated_at desc limit $7`;
}

function filtersText(source: keyof typeof sources): string {
  return `select item_id, count(*) over () as fit from (
    select ${columns} from ${sources[source]} i.document @@ $4::tsquery and ${times}
      and $2::text || $3::text is not null
    limit ${mostRanked}
  ) i order by updated_at desc limit $7`;
}

export const texts = {
  all_words: { index: wordsText("all_words", "index"), newest: wordsText("all_words", "newest") },
  some_words: {
    index: wordsText("some_words", "index"),
    newest: wordsText("some_words", "newest"),
  },
  filters: { index: filtersText("index"), newest: filtersText("newest") },
};

/**
 * Words alike by trigrams. The threshold is set before the scan that compares with it; `is true`
 * keeps PostgreSQL from taking the index of labels, which gives all of a tenant's entries.
 */
export const similarText = `
  with threshold as materialized (
    select set_config('pg_trgm.word_similarity_threshold', '0.45', true) as at
  )
  select s.item_id from threshold, unnest($2::text[]) as word, lateral (
    select ${columns}, word_similarity(word, i.head) as likeness from memory_items i
    where i.tenant_id = $1 and threshold.at is not null and i.deleted_at is null
      and word <% i.head and (i.document @@ $3::tsquery) is true
      and ($4::timestamptz is null or i.updated_at >= $4)
      and ($5::timestamptz is null or i.updated_at < $5)
    limit 300 offset 0
  ) s group by s.item_id order by sum(s.likeness) desc, max(s.importance) desc limit $6`;

export interface Wanted {
  tenantId: string;
  language: string;
  /** Folded. */
  query: string;
  /** What `labelQuery` made of the filters. */
  labels: string;
  after: string | null;
  before: string | null;
  most: number;
}

/** The ids of entries that fit by their words, the best first. */
export async function findByWords(kind: keyof typeof texts, wanted: Wanted): Promise<string[]> {
  const { tenantId, language, query, labels, after, before, most } = wanted;
  const values: Parameter[] = [tenantId, language, query, labels, after, before, most];
  const found = await platformStatement(texts[kind].index, values);
  const ids = found.map((row) => row.item_id as string);
  if (Number(found[0]?.fit ?? 0) < mostRanked) return ids;
  // So many fit that the index gave some of them only: the newest are more worth than any others.
  const newest = await platformStatement(texts[kind].newest, values);
  return [...new Set([...newest.map((row) => row.item_id as string), ...ids])].slice(0, most);
}

/** The ids of entries with words that look like these, the most alike first. */
export async function findSimilar(wanted: Wanted): Promise<string[]> {
  const words = [...new Set(wanted.query.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])];
  if (words.length === 0) return [];
  const { tenantId, labels, after, before, most } = wanted;
  const rows = await platformStatement(similarText, [
    ...[tenantId, `{${words.slice(0, 6).join(",")}}`, labels, after, before, most],
  ]);
  return rows.map((row) => row.item_id as string);
}
