import { eq } from "drizzle-orm";
import { secrets } from "#db/schema/secrets.ts";
import { withTenant } from "#db/transaction.ts";
import { onChange } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import { unseal } from "#lib/core/crypto.ts";
import { keyring } from "#lib/core/keyring.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { noteSecretUse } from "./use.ts";

export const secretTopic = "secrets";

interface Kept {
  sealed: string;
  allowedTools: ReadonlySet<string> | null;
}

/** What is kept stays sealed: a value is in the clear only while a call uses it. */
const cache = createCache<ReadonlyMap<string, Kept>>({
  name: "secrets",
  topic: secretTopic,
  maxEntries: 2_000,
  ttlMs: 30_000,
  async load(tenantId) {
    const rows = await withTenant(tenantId, (tx) =>
      tx.select().from(secrets).where(eq(secrets.tenantId, tenantId)),
    );
    return new Map(
      rows.map(({ name, valueSealed, allowedTools }) => [
        name,
        { sealed: valueSealed, allowedTools: allowedTools && new Set(allowedTools) },
      ]),
    );
  },
});

// A tenant that is deleted takes its secrets along, and its slug may be given out again.
onChange((change) => {
  if (change !== "everything" && change.topic === tenantTopic) cache.drop(change.key);
});

/** Why a secret cannot be used: it is not there, or not for whoever asks. */
export class SecretUnavailable extends Error {
  override readonly name = "SecretUnavailable";
}

/**
 * The value of a secret, for a tool (by its id) or for another part of the platform (`null`), which
 * its list of tools does not concern. Throws `SecretUnavailable`, whose message says what to change.
 */
export async function secretValue(
  tenantId: string,
  name: string,
  toolId: string | null,
): Promise<string> {
  const kept = (await cache.get(tenantId)).get(name);
  if (!kept) {
    throw new SecretUnavailable(`There is no secret "${name}". Create it, or name another one.`);
  }
  if (toolId !== null && kept.allowedTools && !kept.allowedTools.has(toolId)) {
    throw new SecretUnavailable(
      `The secret "${name}" is not for this tool. Add ${toolId} to its allowed_tools.`,
    );
  }
  noteSecretUse(tenantId, name);
  return unseal(keyring(), tenantId, kept.sealed);
}
