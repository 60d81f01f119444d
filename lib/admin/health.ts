import { z } from "zod";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import { version } from "#lib/core/version.ts";
import { countTenants } from "./tenants.ts";

export const health = z.object({
  status: z.literal("healthy"),
  multi_tenant_enabled: z.boolean(),
  tenants_count: z.number().int(),
  version: z.string(),
});

interface Counted {
  at: number;
  count: number;
}

const freshMs = 1000;
const counted = singleton<Counted>("health", () => ({ at: 0, count: 0 }));

/** The deployment's state; `unavailable` (503) when the database does not answer. */
export async function readHealth(): Promise<z.output<typeof health>> {
  if (Date.now() - counted.at > freshMs) {
    try {
      counted.count = await countTenants();
      counted.at = Date.now();
    } catch (cause) {
      throw new AppError("unavailable", "The database does not answer.", { cause });
    }
  }
  return {
    status: "healthy",
    multi_tenant_enabled: env().TAUSESTACK_MULTI_TENANT_MODE,
    tenants_count: counted.count,
    version,
  };
}
