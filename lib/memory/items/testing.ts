import { database } from "#db/client.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Place } from "./row.ts";

/** A place of tests: an agent's key in the default namespace unless told otherwise. */
export function placeOf(key: string, agentId = "ada", namespace = "default"): Place {
  return { agentId, namespace, key };
}

/** The caller as a key that acts for an agent. */
export function actingFor(ctx: Ctx, agentId: string): Ctx {
  return {
    ...ctx,
    principal: { type: "key", id: `key_${agentId}`, platform: false, agentId },
  };
}

/** Makes a tenant's items as old as if they had last been written so many seconds ago. */
export async function ageItems(ctx: Ctx, seconds: number, key = "%"): Promise<void> {
  await database().owner`
    update memory_items set updated_at = updated_at - make_interval(secs => ${seconds}),
      created_at = created_at - make_interval(secs => ${seconds})
    where tenant_id = ${ctx.tenantId} and key like ${key}`;
}
