import { configureTenant } from "#lib/admin/tenants.ts";
import { systemCtx } from "#lib/auth/identity.ts";
import { newKeyText } from "#lib/auth/key-text.ts";
import { createFirstOperator, hasNoOperator } from "#lib/auth/operators.ts";
import { ensurePlatformKey, hasPlatformKey } from "#lib/auth/platform-keys.ts";
import { env } from "#lib/core/env.ts";
import { randomText } from "#lib/core/ids.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

/** What the first start made and tells once; null where the operator gave it. */
export interface FirstRun {
  email: string;
  password: string | null;
  bootstrapKey: string | null;
}

/** Makes what a deployment cannot be without: the default tenant, an operator, a platform key. */
export async function prepareDeployment(): Promise<FirstRun | null> {
  await ensureDefaultTenant();
  const given = env().TAUSESTACK_BOOTSTRAP_KEY;
  if (given !== undefined) await ensurePlatformKey(given);
  if (!(await hasNoOperator())) return null;

  const email = env().TAUSESTACK_OPERATOR_EMAIL;
  const password = env().TAUSESTACK_OPERATOR_PASSWORD ?? randomText(20);
  if (!(await createFirstOperator(email, password))) return null;
  let bootstrapKey: string | null = null;
  if (given === undefined && !(await hasPlatformKey())) {
    bootstrapKey = newKeyText(null);
    await ensurePlatformKey(bootstrapKey);
  }
  return {
    email,
    password: env().TAUSESTACK_OPERATOR_PASSWORD === undefined ? password : null,
    bootstrapKey,
  };
}

/** Calls that name no tenant, and everything in single-tenant mode, belong to `default`. */
async function ensureDefaultTenant(): Promise<void> {
  if (await findSnapshot("default")) return;
  await configureTenant(systemCtx("first-start"), { tenant_id: "default", name: "Default tenant" });
}
