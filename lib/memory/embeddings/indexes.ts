import { database } from "#db/client.ts";
import { platformStatement } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";

/** Of a tenant with more vectors the nearest are looked up in an index; of others all are compared. */
export const mostExact = 20_000;

/** pgvector indexes half precision up to so many dimensions. */
const mostDimensions = 4_000;

export function indexName(dimensions: number): string {
  return `memory_embeddings_near_${dimensions}`;
}

/**
 * Makes an index of vectors for each number of dimensions of which a tenant has many, while others
 * write. A deployment without such a tenant pays for none. It takes pgvector 0.8, which looks on in an
 * index until it has enough of one tenant's; an older one compares all.
 */
export async function makeNearIndexes(many = mostExact): Promise<void> {
  const { owner } = database();
  const [extension] = await owner`
    select string_to_array(substring(extversion from '^[0-9]+[.][0-9]+'), '.')::int[]
      >= array[0, 8] as scans from pg_extension where extname = 'vector'`;
  if (extension?.scans !== true) return;
  const rows = await platformStatement(
    `select distinct dimensions from (
      select dimensions from memory_embeddings where dimensions <= $1
      group by tenant_id, dimensions having count(*) > $2) d`,
    [mostDimensions, many],
  );
  for (const row of rows) {
    const dimensions = Number(row.dimensions);
    const name = indexName(dimensions);
    const [made] = await owner`
      select indisvalid as valid from pg_index where indexrelid = to_regclass(${name})`;
    if (made?.valid === true) continue;
    // What a process left that ended meanwhile is none.
    if (made) await owner.unsafe(`drop index ${name}`);
    await owner.unsafe(
      `create index concurrently ${name} on memory_embeddings
        using hnsw ((embedding::halfvec(${dimensions})) halfvec_cosine_ops)
        where dimensions = ${dimensions}`,
    );
    log.info({ dimensions }, "embeddings of memories are indexed");
  }
}
