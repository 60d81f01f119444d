import { sql } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject } from "#lib/core/json.ts";

/** PostgreSQL can read no key of a document that escapes U+0000 or half a surrogate pair anywhere. */
const unreadable = sql`${tools.config}::text ~ '\\\\u(0000|d[89a-f])'`;

function typeOf(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? value.type : undefined;
}

/** The distinct `config.type` of the tenant's tools, in alphabetical order; needs `tenants:read`. */
export async function toolTypes(ctx: Ctx): Promise<string[]> {
  authorize(ctx, "tenants:read");
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .selectDistinct({
        type: sql<string | null>`case when ${unreadable} then null
          when json_typeof(${tools.config} -> 'type') = 'string' then ${tools.config} ->> 'type' end`,
        config: sql<string | null>`case when ${unreadable} then ${tools.config}::text end`,
      })
      .from(tools)
      .where(sql`${tools.tenantId} = ${ctx.tenantId}`),
  );
  const types = rows.map(({ type, config }) => (config === null ? type : typeOf(config)));
  return [...new Set(types.filter((type) => typeof type === "string"))].sort();
}
