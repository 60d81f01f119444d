import { platformStatement, tenantRead, tenantScope } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { sha256Hex } from "#lib/core/crypto.ts";
import { AppError } from "#lib/core/errors.ts";
import { allPermissions, expandScopes, tenantPermissions } from "#lib/core/permissions.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { type Identity, mintTenantId } from "./identity.ts";
import { type ParsedKey, parseKeyText } from "./key-text.ts";
import { noteKeyUse } from "./key-use.ts";

export const keyTopic = "key";

interface KeyRow {
  key_id: string;
  scopes: string[];
  agent_id: string | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

interface Slot {
  row: KeyRow | null;
  identity: Identity | null;
}

const columns = "key_id, scopes, agent_id, expires_at, revoked_at";
const tenantKey = `${tenantScope}
  select k.* from scope, lateral (
    select ${columns} from api_keys
    where tenant_id = scope.tenant_id and key_hash = $2 offset 0
  ) k`;
const platformKey = `select ${columns} from platform_keys where key_hash = $1`;

async function load(cacheKey: string): Promise<Slot> {
  const [hash = "", tenantId] = cacheKey.split(" ");
  const bytes = Buffer.from(hash, "hex");
  const rows =
    tenantId === undefined
      ? await platformStatement(platformKey, [bytes])
      : await tenantRead(tenantId, tenantKey, [bytes]);
  const row = (rows[0] as unknown as KeyRow | undefined) ?? null;
  return { row, identity: row && toIdentity(row, tenantId ?? null) };
}

function toIdentity(row: KeyRow, tenantId: string | null): Identity {
  return {
    principal: {
      type: "key",
      id: row.key_id,
      platform: tenantId === null,
      agentId: row.agent_id,
    },
    permissions: expandScopes(row.scopes, tenantId === null ? allPermissions : tenantPermissions),
    tenantId: tenantId === null ? null : mintTenantId(tenantId),
  };
}

// A second is how long a revocation may stay unheard where notices do not arrive.
const cache = createCache<Slot>({
  name: "keys",
  topic: keyTopic,
  maxEntries: 20_000,
  ttlMs: 1000,
  load,
  // The keys of a tenant that is deleted must not serve another that is given its slug.
  alsoOn: {
    topic: tenantTopic,
    concerns: (entryKey, tenantId) => entryKey.endsWith(` ${tenantId}`),
  },
});

/** Where the cache entry of a key lives, given its SHA-256 in hexadecimal; also the key of the change that drops it. */
export function keyCacheKey(hash: string, tenantId: string | null): string {
  return tenantId === null ? hash : `${hash} ${tenantId}`;
}

function invalid(detail: string): AppError {
  return new AppError("invalid_credential", detail);
}

/** A key's text → its identity; throws `invalid_credential` when unknown, expired or revoked. */
export async function identifyKey(text: string): Promise<Identity> {
  const parsed: ParsedKey | null = parseKeyText(text);
  if (!parsed) throw invalid("The API key is not known.");
  const tenantId = parsed.kind === "tenant" ? parsed.tenantId : null;
  const { row, identity } = await cache.get(keyCacheKey(sha256Hex(text), tenantId));
  if (!row || !identity) throw invalid("The API key is not known.");
  if (row.revoked_at) throw invalid("The API key was revoked.");
  if (row.expires_at && row.expires_at.getTime() <= Date.now()) {
    throw invalid("The API key has expired.");
  }
  noteKeyUse(tenantId, row.key_id);
  return identity;
}
