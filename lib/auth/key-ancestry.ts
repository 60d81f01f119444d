import { LRUCache } from "lru-cache";
import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { singleton } from "#lib/core/singleton.ts";

/** What a key replaced never changes, so that it is looked up once. */
const known = singleton(
  "keys.ancestry",
  () => new LRUCache<string, readonly string[]>({ max: 20_000 }),
);

const mostRotations = 1_000;

const statement = `${tenantScope}, line as (
    select a.key_id from scope, lateral (
      with recursive line as (
        select key_id, rotated_from, 1 as depth from api_keys
          where tenant_id = scope.tenant_id and key_id = $2
        union all
        select k.key_id, k.rotated_from, line.depth + 1 from line join api_keys k
          on k.tenant_id = scope.tenant_id and k.key_id = line.rotated_from
          where line.depth < ${mostRotations}
      )
      select key_id from line offset 0
    ) a
  )
  select key_id from line`;

const hands = singleton(
  "keys.hands",
  () => new LRUCache<string, ReadonlySet<string>>({ max: 20_000 }),
);

const handsStatement = `${tenantScope}, line as (
    select a.key_id, a.minted_by from scope, lateral (
      with recursive line as (
        select key_id, rotated_from, minted_by from api_keys
          where tenant_id = scope.tenant_id and key_id = $2
        union
        select k.key_id, k.rotated_from, k.minted_by from line join api_keys k
          on k.tenant_id = scope.tenant_id and k.key_id in (line.rotated_from,
            case when line.minted_by like 'key:%' then substr(line.minted_by, 5) end)
      )
      select key_id, minted_by from line offset 0
    ) a
  )
  select key_id, minted_by from line`;

/**
 * Whoever has had a tenant's key in their hands, as `key:` and `person:`: the keys that it replaced
 * or was made with, and the people who made any of these.
 */
export async function keyHands(tenantId: string, keyId: string): Promise<ReadonlySet<string>> {
  const place = `${tenantId} ${keyId}`;
  const found = hands.get(place);
  if (found) return found;
  const rows = await tenantStatement(tenantId, handsStatement, [keyId]);
  const all = new Set([`key:${keyId}`]);
  for (const { key_id, minted_by } of rows) {
    all.add(`key:${key_id}`);
    if (minted_by !== null) all.add(String(minted_by));
  }
  if (rows.length > 0) hands.set(place, all);
  return all;
}

/** A tenant's key and those that it replaced by rotation: what was given to one is its successor's. */
export async function keyAncestry(tenantId: string, keyId: string): Promise<readonly string[]> {
  const place = `${tenantId} ${keyId}`;
  const found = known.get(place);
  if (found) return found;
  const rows = await tenantStatement(tenantId, statement, [keyId]);
  const line = rows.length === 0 ? [keyId] : rows.map((row) => String(row.key_id));
  if (rows.length > 0) known.set(place, line);
  return line;
}
