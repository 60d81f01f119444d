import { hasAccount } from "#lib/auth/accounts.ts";
import { findRole } from "#lib/auth/members.ts";
import { permissionsOf } from "#lib/auth/roles.ts";
import { type Permission, tenantPermissions } from "#lib/core/permissions.ts";

/** The person that an application acts for. */
export interface Holder {
  type: "operator" | "member";
  id: string;
}

const nothing: ReadonlySet<Permission> = new Set();
const everything: ReadonlySet<Permission> = new Set(tenantPermissions);

/** What a person may do in a tenant now; nothing once they have left it. */
export async function holderPermissions(
  { type, id }: Holder,
  tenantId: string,
): Promise<ReadonlySet<Permission>> {
  if (type === "operator") return (await hasAccount("operator", id)) ? everything : nothing;
  const role = await findRole(id, tenantId);
  return role ? permissionsOf(role) : nothing;
}

/** A person as the subject of tokens, and back. */
export function toAccountId({ type, id }: Holder): string {
  return `${type}:${id}`;
}
