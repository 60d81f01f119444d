import { keyAncestry } from "#lib/auth/key-ancestry.ts";
import { findPlace } from "#lib/auth/members.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Rules } from "./rules.ts";

/** Whoever runs the deployment: people, platform keys, jobs. As a role, it can be granted a tool. */
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
 * The names under which a caller may have been granted a tool: its key and those that the key
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

/** Whether the caller may call the tool at all: anyone, until somebody is granted it. */
export async function isGranted(rules: Rules, ctx: Ctx, toolId: string): Promise<boolean> {
  const grants = rules.grants.get(toolId);
  if (!grants) return true;
  return (await granteesOf(ctx)).some((name) => grants.has(name));
}

/** The agent that calls, as a key names it; null for callers without one. */
export function agentOf({ principal }: Ctx): string | null {
  return principal.type === "key" ? principal.agentId : null;
}

/** Whose calls are counted where each caller counts by itself: the agent's, else the caller's own. */
export function callerName(ctx: Ctx): string {
  const { principal } = ctx;
  const agent = agentOf(ctx);
  return agent === null ? `${principal.type}:${principal.id}` : `agent:${agent}`;
}
