import { tenantRead, tenantScope } from "#db/transaction.ts";
import type { Change } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import type { Holder } from "./holder.ts";

const grantTopic = "grant";

/** What the check of an access token needs of the grant that it lives by. */
export interface Grant {
  grant_id: string;
  user_type: "operator" | "member";
  user_id: string;
  client_id: string;
  client_name: string;
  scopes: string[];
  created_at: Date;
  expires_at: Date;
}

interface Slot {
  grant: Grant | null;
}

const statement = `${tenantScope}
  select g.* from scope, lateral (
    select grant_id, user_type, user_id, client_id, client_name, scopes, created_at,
      expires_at
    from connected_apps
    where tenant_id = scope.tenant_id and grant_id = $2 and revoked_at is null offset 0
  ) g`;

// A second is how long a revocation may stay unheard where notices do not arrive.
const cache = createCache<Slot>({
  name: "grants",
  topic: grantTopic,
  maxEntries: 20_000,
  ttlMs: 1000,
  async load(key) {
    const [grantId = "", tenantId = ""] = key.split(" ");
    const [row] = await tenantRead(tenantId, statement, [grantId]);
    return { grant: (row as unknown as Grant | undefined) ?? null };
  },
  // The grants of a tenant that is deleted must not serve another that is given its slug.
  alsoOn: {
    topic: tenantTopic,
    concerns: (entryKey, tenantId) => entryKey.endsWith(` ${tenantId}`),
  },
});

/** The change that makes every process forget what it knows of a grant. */
export function grantChange({ grantId, tenantId }: { grantId: string; tenantId: string }): Change {
  return { topic: grantTopic, key: `${grantId} ${tenantId}` };
}

/** The person whose word a grant is. */
export function holderOf({ user_type, user_id, created_at }: Grant): Holder {
  return { type: user_type, id: user_id, since: created_at };
}

/** A grant that is neither revoked nor expired; null for any other. */
export async function findGrant(tenantId: string, grantId: string): Promise<Grant | null> {
  const { grant } = await cache.get(`${grantId} ${tenantId}`);
  return grant && grant.expires_at.getTime() > Date.now() ? grant : null;
}
