import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import { type Completion, toCompletion } from "#lib/core/completion.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { reaches, reachOf } from "./access.ts";
import { expiryOf } from "./expiry.ts";
import { isLiveText } from "./items/read.ts";
import { listSpaces } from "./items/spaces.ts";

/** Keys that are looked at from the first that can begin so; more than an answer has. */
const mostLooked = 2_000;
const mostShown = 101;

const selectKeys = `${tenantScope}
  select k.key from scope, lateral (
    select key from (
      select i.key from memory_items i
      where i.tenant_id = scope.tenant_id and i.agent_id = $3 and i.namespace = $4 and i.key >= $5
        and ${isLiveText}
      order by i.key limit ${mostLooked}
    ) i where starts_with(key, $5) order by key limit ${mostShown} offset 0
  ) k`;

async function keysOf(ctx: Ctx, agentId: string, namespace: string, prefix: string) {
  if (!reaches(await reachOf(ctx), agentId, namespace, "read")) return [];
  const values = [await expiryOf(ctx), agentId, namespace, prefix];
  const rows = await tenantStatement(ctx.tenantId, selectKeys, values);
  return rows.map((row) => row.key as string);
}

/** PostgreSQL's text holds no U+0000, and no name of a memory has one. */
const isName = (text: string) => text.isWellFormed() && !text.includes("\0");

/**
 * Up to 100 agents, namespaces or keys of what the caller may read that begin with `prefix`: agents and
 * namespaces in either case, keys of the agent and namespace that `context` names.
 */
export async function completeMemoryArgument(
  ctx: Ctx,
  argument: string,
  prefix: string,
  context: Readonly<Record<string, string>> = {},
): Promise<Completion> {
  authorize(ctx, "memory:read");
  const { agent_id: agentId, namespace } = context;
  if (argument === "key") {
    if (agentId === undefined || namespace === undefined) return toCompletion([]);
    if (![agentId, namespace, prefix].every(isName)) return toCompletion([]);
    return toCompletion(await keysOf(ctx, agentId, namespace, prefix));
  }
  const begins = prefix.toLowerCase();
  const spaces = await listSpaces(ctx);
  const values = spaces.flatMap((space) => {
    if (argument === "agent_id") return [space.agentId];
    const fits = agentId === undefined || space.agentId === agentId;
    return argument === "namespace" && fits ? [space.namespace] : [];
  });
  const fitting = values.filter((value) => value.toLowerCase().startsWith(begins));
  return toCompletion([...new Set(fitting)]);
}
