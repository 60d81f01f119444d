import { tenantRead, tenantScope } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import {
  expandScopes,
  operatorRole,
  type Permission,
  type Role,
  tenantPermissions,
} from "#lib/core/permissions.ts";
import { keyAncestry } from "./key-ancestry.ts";
import { findPlace } from "./members.ts";
import { permissionsOf } from "./roles.ts";

/** A person, and what they are in the tenant at this moment. */
async function personOf(userId: string, tenantId: string): Promise<string[]> {
  const place = await findPlace(userId, tenantId);
  return [`member:${userId}`, ...(place ? [`role:${place.role}`] : [])];
}

/** The person whom an application acts for; an operator has no place in a tenant, and their id says so. */
export async function holderNames(userId: string, tenantId: string): Promise<string[]> {
  return userId.startsWith("usr_") ? personOf(userId, tenantId) : [`role:${operatorRole}`];
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
      const own = [`app:${principal.id}`, `client:${principal.clientId}`];
      return [...own, ...(await holderNames(principal.userId, tenantId))];
    }
    // Nothing is granted to another tenant but by its offer, which names one object.
    case "offer":
      return [];
    default:
      return [`role:${operatorRole}`];
  }
}

const named = new WeakMap<Ctx, Promise<readonly string[]>>();

/**
 * The names under which a caller may have been granted something: its key and those that the key
 * replaced, its agent, its role, the person, the application (`app:` and the connection's id,
 * `client:` and the OAuth client's). An application that acts for a person has the person's grants
 * besides its own.
 */
export function subjectNamesOf(ctx: Ctx): Promise<readonly string[]> {
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

/** What is known of a subject that is no caller now. */
export interface SubjectFacts {
  names: readonly string[];
  /** What its credential allows; null where that depends on which credential it is. */
  permissions: ReadonlySet<Permission> | null;
}

const keyStatement = `${tenantScope}
  select k.* from scope, lateral (
    select agent_id, scopes from api_keys
    where tenant_id = scope.tenant_id and key_id = $2 and revoked_at is null
      and (expires_at is null or expires_at > now()) offset 0
  ) k`;

const nothing: ReadonlySet<Permission> = new Set();

/** A tenant's key: nothing is allowed to one that is not there, or has ended. */
export async function keyFacts(tenantId: string, keyId: string): Promise<SubjectFacts> {
  const [[row], line] = await Promise.all([
    tenantRead(tenantId, keyStatement, [keyId]),
    keyAncestry(tenantId, keyId),
  ]);
  const names = line.map((id) => `key:${id}`);
  if (!row) return { names, permissions: nothing };
  const { agent_id, scopes } = row as unknown as { agent_id: string | null; scopes: string[] };
  return {
    names: agent_id === null ? names : [...names, `agent:${agent_id}`],
    permissions: expandScopes(scopes, tenantPermissions),
  };
}

/** A person of the tenant; nothing is allowed to one who is not of it. */
export async function memberFacts(tenantId: string, userId: string): Promise<SubjectFacts> {
  const [names, place] = await Promise.all([
    personOf(userId, tenantId),
    findPlace(userId, tenantId),
  ]);
  return { names, permissions: place ? permissionsOf(place.role) : nothing };
}

/** Whoever has a role, by that alone. */
export function roleFacts(role: string): SubjectFacts {
  const permissions =
    role === operatorRole ? new Set<Permission>(tenantPermissions) : permissionsOf(role as Role);
  return { names: [`role:${role}`], permissions };
}
