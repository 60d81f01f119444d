import { hasAccount } from "#lib/auth/accounts.ts";
import { findPlace } from "#lib/auth/members.ts";
import { permissionsOf } from "#lib/auth/roles.ts";
import { type Permission, tenantPermissions } from "#lib/core/permissions.ts";

/** The person that an application acts for. */
export interface Holder {
  type: "operator" | "member";
  id: string;
  /** When they let it in: a member who was removed since has to be asked anew. */
  since?: Date;
}

const nothing: ReadonlySet<Permission> = new Set();
const everything: ReadonlySet<Permission> = new Set(tenantPermissions);

/** What a person may do in a tenant now; nothing once they have left it, even if they came back. */
export async function holderPermissions(
  { type, id, since }: Holder,
  tenantId: string,
): Promise<ReadonlySet<Permission>> {
  if (type === "operator") return (await hasAccount("operator", id)) ? everything : nothing;
  const place = await findPlace(id, tenantId);
  if (!place || (since && place.since > since)) return nothing;
  return permissionsOf(place.role);
}

/** A person as the subject of tokens, and back. */
export function toAccountId({ type, id }: Pick<Holder, "type" | "id">): string {
  return `${type}:${id}`;
}
