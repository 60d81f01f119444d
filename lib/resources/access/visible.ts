import { not, type SQL, sql } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { accessOfCaller, isGrantedOnly, isVisible } from "./access.ts";
import { resourceRulesOf } from "./rules.ts";

/** One parameter, however many ids there are. */
function isAmong(ids: readonly string[]): SQL {
  return sql`${resources.resourceId} in (select json_array_elements_text(${JSON.stringify(ids)}::json))`;
}

/** Which of a tenant's resources are there for the caller, for the WHERE of a list; undefined: all. */
export async function visibleTo(ctx: Ctx): Promise<SQL | undefined> {
  const accessOf = await accessOfCaller(ctx);
  if (accessOf === null) return undefined;
  const [rules, closed] = await Promise.all([
    resourceRulesOf(ctx.tenantId),
    isGrantedOnly(ctx.tenantId),
  ]);
  const governed = [...(rules?.keys() ?? [])];
  const isThere = (id: string) => isVisible(accessOf({ resource_id: id, access_permissions: [] }));
  if (closed) return isAmong(governed.filter(isThere));
  const hidden = governed.filter((id) => !isThere(id));
  return hidden.length === 0 ? undefined : not(isAmong(hidden));
}
