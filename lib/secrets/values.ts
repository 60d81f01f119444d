import { eq } from "drizzle-orm";
import { secrets } from "#db/schema/secrets.ts";
import { withTenant } from "#db/transaction.ts";
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
  // A tenant that is deleted takes its secrets along, and its slug may be given out again.
  topic: [secretTopic, tenantTopic],
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

/** Why a secret cannot be used: it is not there, or not for whoever asks. */
export class SecretUnavailable extends Error {
  override readonly name = "SecretUnavailable";
}

function refuseOther(name: string, kept: Kept | undefined, toolId: string | null): asserts kept {
  if (!kept) {
    throw new SecretUnavailable(`There is no secret "${name}". Create it, or name another one.`);
  }
  const { allowedTools } = kept;
  if (!allowedTools || (toolId !== null && allowedTools.has(toolId))) return;
  throw new SecretUnavailable(
    toolId === null
      ? `The secret "${name}" is for the tools in its allowed_tools alone, and neither for upstreams nor for providers. Name another one.`
      : `The secret "${name}" is not for this tool. Add ${toolId} to its allowed_tools.`,
  );
}

/**
 * Why upstreams cannot use a secret: it is for some tools alone. Null where they can, and for one
 * that is not there yet.
 */
export async function restrictionOf(tenantId: string, name: string): Promise<string | null> {
  const kept = (await cache.get(tenantId)).get(name);
  try {
    if (kept) refuseOther(name, kept, null);
    return null;
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    return error.message;
  }
}

/**
 * The value of a secret, for a tool (by its id) or for an upstream or a provider (`null`), for which
 * one that is restricted to tools is not. Throws `SecretUnavailable`, whose message says what to change.
 */
export async function secretValue(
  tenantId: string,
  name: string,
  toolId: string | null,
): Promise<string> {
  const kept = (await cache.get(tenantId)).get(name);
  refuseOther(name, kept, toolId);
  noteSecretUse(tenantId, name);
  return unseal(keyring(), tenantId, kept.sealed);
}
