import {
  holderNames,
  keyFacts,
  memberFacts,
  roleFacts,
  type SubjectFacts,
} from "#lib/auth/subjects.ts";
import { operatorRole } from "#lib/core/permissions.ts";
import { findGrant, holderOf } from "#lib/oauth/grant-lookup.ts";
import { holderPermissions } from "#lib/oauth/holder.ts";
import type { Subject } from "./schema.ts";

/** A subject as lib/auth names callers; an application's connection is told from a client by its id. */
export function subjectName({ type, id }: Subject): string {
  return type === "client" && id.startsWith("app_") ? `app:${id}` : `${type}:${id}`;
}

async function connectionFacts(tenantId: string, grantId: string): Promise<SubjectFacts> {
  const name = `app:${grantId}`;
  const grant = await findGrant(tenantId, grantId);
  if (!grant) return { names: [name], permissions: new Set() };
  const held = await holderPermissions(holderOf(grant), tenantId);
  return {
    names: [name, `client:${grant.client_id}`, ...(await holderNames(grant.user_id, tenantId))],
    permissions: new Set([...held].filter((permission) => grant.scopes.includes(permission))),
  };
}

/** Under which names a subject may have been granted something, and what its credential allows. */
export async function factsOf(tenantId: string, subject: Subject): Promise<SubjectFacts> {
  const { type, id } = subject;
  switch (type) {
    case "role":
      return roleFacts(id);
    case "member":
      return memberFacts(tenantId, id);
    case "key":
      // The platform's keys are in no tenant's row-level security: of those, what all of them have.
      return id.startsWith("pkey_")
        ? { ...roleFacts(operatorRole), names: [`key:${id}`, `role:${operatorRole}`] }
        : keyFacts(tenantId, id);
    case "client":
      if (id.startsWith("app_")) return connectionFacts(tenantId, id);
      return { names: [subjectName(subject)], permissions: null };
    case "agent":
      return { names: [subjectName(subject)], permissions: null };
  }
}
