import { asc, eq } from "drizzle-orm";
import { tenantMembers } from "#db/schema/auth.ts";
import { withPlatform } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import type { TenantId } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Permission, Role } from "#lib/core/permissions.ts";
import { findSnapshot, tenantTopic } from "#lib/tenants/snapshot.ts";
import { type Identity, mintTenantId } from "./identity.ts";
import { permissionsOf } from "./roles.ts";

/** Topic of the changes to a person's memberships; the change's key is the user's id. */
export const memberTopic = "member";

/** What a person is in one tenant. */
export interface Membership {
  tenantId: TenantId;
  tenantName: string;
  role: Role;
  permissions: ReadonlySet<Permission>;
}

/** A person's place in a tenant, suspended or not. */
interface Place {
  role: Role;
  /** Who is removed and added again has another place, which began later. */
  since: Date;
}

interface Slot {
  places: ReadonlyMap<string, Place>;
}

const cache = createCache<Slot>({
  name: "memberships",
  topic: memberTopic,
  maxEntries: 10_000,
  // How long a removal may stay unheard where notices do not arrive.
  ttlMs: 1000,
  async load(userId) {
    const rows = await withPlatform((tx) =>
      tx
        .select({
          tenantId: tenantMembers.tenantId,
          role: tenantMembers.role,
          since: tenantMembers.createdAt,
        })
        .from(tenantMembers)
        .where(eq(tenantMembers.userId, userId))
        .orderBy(asc(tenantMembers.tenantId)),
    );
    return { places: new Map(rows.map(({ tenantId, ...place }) => [tenantId, place])) };
  },
  // A tenant that is deleted takes its members' rows along without a word about each.
  alsoOn: { topic: tenantTopic, concerns: () => true },
});

/** The active tenants that a person belongs to, in the order of their ids. */
export async function membershipsOf(userId: string): Promise<Membership[]> {
  const { places } = await cache.get(userId);
  const found = await Promise.all(
    [...places].map(async ([tenantId, { role }]): Promise<Membership | null> => {
      const snapshot = await findSnapshot(tenantId);
      if (snapshot?.tenant.status !== "active") return null;
      return {
        tenantId: mintTenantId(tenantId),
        tenantName: snapshot.tenant.name,
        role,
        permissions: permissionsOf(role),
      };
    }),
  );
  return found.filter((membership) => membership !== null);
}

/** A person's place in a tenant, suspended or not; null when they do not belong to it. */
export async function findPlace(userId: string, tenantId: string): Promise<Place | null> {
  return (await cache.get(userId)).places.get(tenantId) ?? null;
}

/**
 * The identity bound to the tenant that is named. A person without a name for it acts for their only
 * tenant; other credentials stay as they are. Throws `wrong_tenant` (403) where the person does not
 * belong, and `invalid_request` where the tenant must be named.
 */
export async function bindToTenant(identity: Identity, named: string | null): Promise<Identity> {
  const { principal } = identity;
  if (principal.type !== "member" || identity.tenantId !== null) return identity;
  const { places } = await cache.get(principal.id);
  const [only] = places.size === 1 ? places.keys() : [];
  if (places.size === 0) throw new AppError("wrong_tenant", "You are no member of any tenant.");
  const tenantId = named ?? only;
  if (tenantId === undefined) {
    throw new AppError("invalid_request", "Name the tenant in the header X-Tenant-ID.");
  }
  const role = places.get(tenantId)?.role;
  if (!role) throw new AppError("wrong_tenant", "You are no member of the tenant that is named.");
  return {
    principal: { ...principal, role },
    permissions: permissionsOf(role),
    tenantId: mintTenantId(tenantId),
  };
}
