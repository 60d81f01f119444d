import { platformKeys } from "#db/schema/auth.ts";
import { withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { sha256 } from "#lib/core/crypto.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { systemCtx } from "./identity.ts";
import { keyHint } from "./key-text.ts";

/** True when the deployment has any platform key, revoked ones included. */
export async function hasPlatformKey(): Promise<boolean> {
  const rows = await withPlatform((tx) =>
    tx.select({ id: platformKeys.keyId }).from(platformKeys).limit(1),
  );
  return rows.length > 0;
}

/** Stores the first platform key, of the environment or generated; it stays revoked once revoked. */
export async function ensurePlatformKey(text: string): Promise<void> {
  const keyId = prefixedId("pkey");
  await withPlatform(async (tx) => {
    const rows = await tx
      .insert(platformKeys)
      .values({
        keyId,
        name: "Bootstrap key",
        keyHash: sha256(text),
        hint: keyHint(text),
        scopes: ["*"],
      })
      .onConflictDoNothing({ target: platformKeys.keyHash })
      .returning();
    if (rows.length === 0) return;
    await auditPlatform(tx, systemCtx("first-start"), {
      action: "key.create",
      target: { type: "key", id: keyId },
      after: { name: "Bootstrap key", scopes: ["*"] },
    });
  });
}
