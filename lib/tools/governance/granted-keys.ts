import { and, eq, inArray, or } from "drizzle-orm";
import { toolGrants } from "#db/schema/tool-governance.ts";
import type { HasGrants } from "#lib/auth/key-refusals.ts";
import { createKey, rotateKey } from "#lib/auth/keys.ts";
import type { CreateKeyInput, NewApiKey, RotateKeyInput } from "#lib/auth/schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";

const hasGrants: HasGrants = async (tx, ctx, { keyIds, agentId }) => {
  const { tenantId, granteeType, granteeId } = toolGrants;
  const ofKey = and(eq(granteeType, "key"), inArray(granteeId, [...keyIds]));
  const ofAgent =
    agentId === null ? undefined : and(eq(granteeType, "agent"), eq(granteeId, agentId));
  const rows = await tx
    .select({ toolId: toolGrants.toolId })
    .from(toolGrants)
    .where(and(eq(tenantId, ctx.tenantId), or(ofKey, ofAgent)))
    .limit(1);
  return rows.length > 0;
};

/** `createKey`, which tools granted to its agent make a matter of `tools:govern`. */
export function createGrantedKey(ctx: Ctx, raw: CreateKeyInput): Promise<NewApiKey> {
  return createKey(ctx, raw, hasGrants);
}

/** `rotateKey`, which tools granted to the key or its agent make a matter of `tools:govern`. */
export function rotateGrantedKey(ctx: Ctx, keyId: string, raw: RotateKeyInput): Promise<NewApiKey> {
  return rotateKey(ctx, keyId, raw, hasGrants);
}
