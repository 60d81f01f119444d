import { sql } from "drizzle-orm";
import { operators } from "#db/schema/auth.ts";
import { withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { changePassword, findAccount, hashPassword, normalEmail } from "./accounts.ts";
import { systemCtx } from "./identity.ts";

/** Creates the first operator of an empty deployment; false when there is one already. */
export async function createFirstOperator(email: string, password: string): Promise<boolean> {
  const passwordHash = await hashPassword(password);
  return withPlatform(async (tx) => {
    await tx.execute(sql`lock table operators in share row exclusive mode`);
    const [existing] = await tx.select({ id: operators.id }).from(operators).limit(1);
    if (existing) return false;
    const id = prefixedId("op");
    await tx.insert(operators).values({ id, email: normalEmail(email), passwordHash });
    await auditPlatform(tx, systemCtx("first-start"), {
      action: "operator.create",
      target: { type: "operator", id },
      after: { email: normalEmail(email) },
    });
    return true;
  });
}

/** True while the deployment has no operator. */
export async function hasNoOperator(): Promise<boolean> {
  const rows = await withPlatform((tx) => tx.select({ id: operators.id }).from(operators).limit(1));
  return rows.length === 0;
}

/** A new password for whoever runs the deployment and names the operator; false: no such one. */
export async function resetPassword(
  ctx: PlatformCtx,
  email: string,
  password: string,
): Promise<boolean> {
  authorize(ctx, "platform:write");
  const operator = await withPlatform((tx) => findAccount(tx, "operator", email));
  if (!operator) return false;
  await changePassword(ctx, "operator", operator.id, password);
  return true;
}
