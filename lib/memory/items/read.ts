import type { Row } from "postgres";
import type { z } from "zod";
import { tenantRead, tenantScope, tenantStatement } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { reachOf, requireReach } from "../access.ts";
import { expiriesOf, expiryOf } from "../expiry.ts";
import { placesOf } from "../search/places.ts";
import { metered } from "../usage.ts";
import { checkPlace, columnList, fromRow, missingItem, type Place } from "./row.ts";
import { type ItemsQuery, itemsQuery, type MemoryItem } from "./schema.ts";

/** `$2` is the time before which an entry of the namespace has expired; null where none does. */
export const selectItem = `${tenantScope}
  select i.* from scope, lateral (
    select ${columnList} from memory_items i
    where i.tenant_id = scope.tenant_id and i.agent_id = $3 and i.namespace = $4 and i.key = $5
      and i.deleted_at is null and (i.expires_at is null or i.expires_at > now())
      and i.updated_at >= coalesce($2::timestamptz, '-infinity') offset 0
  ) i`;

/** An item; `not_found` where there is none, it is in the trash or has expired; `forbidden`. */
export async function getItem(ctx: Ctx, place: Place): Promise<MemoryItem> {
  authorize(ctx, "memory:read");
  checkPlace(place);
  const { agentId, namespace, key } = place;
  await requireReach(ctx, agentId, namespace, "read");
  return metered(ctx, "memory.item.get", agentId, async () => {
    const since = (await expiriesOf(ctx))(namespace);
    const [row] = await tenantRead(ctx.tenantId, selectItem, [since, agentId, namespace, key]);
    if (!row) throw missingItem(place);
    return fromRow(row);
  });
}

/** True of a live entry of `i`: `$2` is the tenant's retention, a namespace has one of its own. */
export const isLiveText = `i.deleted_at is null and (i.expires_at is null or i.expires_at > now())
  and i.updated_at >= coalesce($2::timestamptz, '-infinity')
  and not exists (select from memory_namespaces n where n.tenant_id = i.tenant_id
    and n.namespace = i.namespace and i.updated_at < now() - make_interval(secs => n.ttl_seconds))`;

// Each begins and ends within the index of places, so that a page costs the same wherever it is.
const ranges = {
  tenant: "(i.agent_id, i.namespace, i.key) > ($4, $5, $6)",
  agent: "i.agent_id = $4 and (i.namespace, i.key) > ($5, $6)",
  namespace: "i.agent_id = $4 and i.namespace = $5 and i.key > $6",
} as const;

const isInTrashText = "i.deleted_at is not null and ($2::timestamptz is null or true)";

function pageText(range: keyof typeof ranges, condition: string): string {
  return `${tenantScope}
  select i.* from scope, lateral (
    select ${columnList} from memory_items i
    where i.tenant_id = scope.tenant_id and ${ranges[range]}
      and ($7::text is null or i.namespace = $7)
      and ($8::text is null or starts_with(i.key, $8)) and ($9::text is null or $9 = any(i.tags))
      and ($10::timestamptz is null or i.updated_at >= $10)
      and ($11::timestamptz is null or i.updated_at < $11)
      and ($12::json is null or exists (
        select from json_to_recordset($12::json) as p ("agentId" text, namespace text)
        where p."agentId" = i.agent_id and (p.namespace is null or p.namespace = i.namespace)))
      and ${condition}
    order by i.agent_id, i.namespace, i.key limit $3 offset 0
  ) i order by i.agent_id, i.namespace, i.key`;
}

/** By what is asked for, then by whether it is the trash. */
export const pageTexts = {
  tenant: { live: pageText("tenant", isLiveText), trash: pageText("tenant", isInTrashText) },
  agent: { live: pageText("agent", isLiveText), trash: pageText("agent", isInTrashText) },
  namespace: {
    live: pageText("namespace", isLiveText),
    trash: pageText("namespace", isInTrashText),
  },
};

function rangeOf({ agent_id, namespace }: z.output<typeof itemsQuery>): keyof typeof ranges {
  if (agent_id === undefined) return "tenant";
  return namespace === undefined ? "agent" : "namespace";
}

function keyOf(row: Row): string[] {
  return [row.agent_id, row.namespace, row.key] as string[];
}

/**
 * The items that the caller may read and the filters let through, in the order of agents, namespaces
 * and keys; or those in the trash. Throws `invalid_request`.
 */
export async function listItems(ctx: Ctx, raw: ItemsQuery): Promise<Page<MemoryItem>> {
  authorize(ctx, "memory:read");
  const query = parse(itemsQuery, raw);
  return metered(ctx, "memory.item.list", query.agent_id ?? "", async () => {
    const size = Math.min(pageSize(query), 1_000);
    const [agent = "", namespace = "", key = ""] = query.cursor
      ? decodeCursor(query.cursor, 3)
      : [];
    const range = rangeOf(query);
    const places = placesOf(await reachOf(ctx));
    const text = pageTexts[range][query.deleted === "true" ? "trash" : "live"];
    const rows = await tenantStatement(ctx.tenantId, text, [
      await expiryOf(ctx),
      size + 1,
      query.agent_id ?? agent,
      range === "namespace" ? (query.namespace ?? "") : namespace,
      key,
      query.namespace ?? null,
      query.key_prefix ?? null,
      query.tag ?? null,
      query.updated_after ?? null,
      query.updated_before ?? null,
      places && JSON.stringify(places),
    ]);
    return toPage(rows, size, keyOf, fromRow);
  });
}
