import type { Ctx } from "#lib/core/ctx.ts";
import { keyAncestry } from "./key-ancestry.ts";
import { findPlace } from "./members.ts";

/** Whoever runs the deployment: people, platform keys, jobs. As a role, it can be granted things. */
const operatorRole = "operator";

/** A person, and what they are in the tenant at this moment. */
async function personOf(userId: string, tenantId: string): Promise<string[]> {
  const place = await findPlace(userId, tenantId);
  return [`member:${userId}`, ...(place ? [`role:${place.role}`] : [])];
}

async function name(ctx: Ctx): Promise<readonly string[]> {
  const { principal, tenantId } = ctx;
  switch (principal.type) {
    case "key": {
      const agent = principal.agentId === null ? [] : [`agent:${principal.agentId}`];
      if (principal.platform) return [`key:${principal.id}`, `role:${operatorRole}`, ...agent];
      const keys = await keyAncestry(tenantId, principal.id);
      return [...keys.map((id) => `key:${id}`), ...agent];
    }
    case "member":
      return [
        `member:${principal.id}`,
        ...(principal.role === null ? [] : [`role:${principal.role}`]),
      ];
    case "client": {
      const app = `app:${principal.id}`;
      // An operator has no place in a tenant, and their id says so.
      if (!principal.userId.startsWith("usr_")) return [app, `role:${operatorRole}`];
      return [app, ...(await personOf(principal.userId, tenantId))];
    }
    default:
      return [`role:${operatorRole}`];
  }
}

const named = new WeakMap<Ctx, Promise<readonly string[]>>();

/**
 * The names under which a caller may have been granted something: its key and those that the key
 * replaced, its agent, its role, the person, the application. An application that acts for a
 * person has the person's grants besides its own.
 */
export function granteesOf(ctx: Ctx): Promise<readonly string[]> {
  const known = named.get(ctx);
  if (known) return known;
  const found = name(ctx);
  named.set(ctx, found);
  return found;
}

/** The agent that calls, as a key names it; null for callers without one. */
export function agentOf({ principal }: Ctx): string | null {
  return principal.type === "key" ? principal.agentId : null;
}
