import { and, asc, eq, gt, isNotNull, isNull } from "drizzle-orm";
import { type Moment, writtenSince } from "#db/history.ts";
import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { stripSecrets } from "#lib/core/secrets.ts";
import { ungrantedTo } from "./governance/visibility.ts";
import { maskedDocument } from "./revisions/document.ts";
import { toTool } from "./row.ts";
import { implementationKind, type RuntimeKind, type Tool } from "./schema.ts";

/** Headers that say what a message is, and whole values that only name a secret. */
const plainHeader = /^(accept|accept-language|content-type|user-agent)$/i;
const namesSecret = /^(Bearer |Basic )?\{\{secret:[A-Za-z0-9_]+\}\}$/;

/** Keys of each runtime's config whose values are names of secrets, or no secrets at all. */
const plainKeys: Partial<Record<RuntimeKind, readonly string[]>> = {
  http: ["auth"],
  code: ["implementation", "secrets"],
  ai: ["max_tokens"],
};

/** A tool without what may be a secret, but with what cannot be one. */
function shareable(tool: Tool): Tool {
  const { config } = tool;
  const kind = implementationKind(config);
  const plain = (kind && plainKeys[kind]) ?? [];
  const stripped = stripSecrets(maskedDocument(tool).config) as JsonObject;
  for (const key of plain) if (Object.hasOwn(config, key)) stripped[key] = config[key];
  if (isJsonObject(config.headers) && isJsonObject(stripped.headers)) {
    for (const [name, value] of Object.entries(config.headers)) {
      const isName = typeof value === "string" && namesSecret.test(value);
      if (isName || plainHeader.test(name)) stripped.headers[name] = value;
    }
  }
  return { ...tool, config: stripped };
}

/**
 * The published tools that were written since, in the order of their ids, without what may be a
 * secret. Left out are tools of upstreams and of other tenants' offers, whose definitions a person
 * accepts in each tenant, and those that are granted to others. `last`: the id to go on after; null at the end.
 */
export async function changedTools(
  tx: Tx,
  ctx: Ctx,
  since: Moment | null,
  { after, limit, bytes }: { after: string; limit: number; bytes: number },
): Promise<{ items: Tool[]; last: string | null }> {
  const hidden = await ungrantedTo(ctx);
  const rows = await tx
    .select()
    .from(tools)
    .where(
      and(
        eq(tools.tenantId, ctx.tenantId),
        gt(tools.toolId, after),
        isNotNull(tools.publishedRevision),
        isNull(tools.archivedAt),
        writtenSince("tools", since),
      ),
    )
    .orderBy(asc(tools.toolId))
    .limit(limit + 1);
  const items: Tool[] = [];
  let size = 0;
  for (const [at, row] of rows.entries()) {
    if (at === limit || size > bytes) return { items, last: rows[at - 1]?.toolId ?? after };
    const one = shareable(toTool(row));
    const kind = implementationKind(one.config);
    if (hidden.has(row.toolId) || kind === "mcp" || kind === "offer") continue;
    size += JSON.stringify(one).length;
    items.push(one);
  }
  return { items, last: null };
}
