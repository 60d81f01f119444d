import { env } from "#lib/core/env.ts";
import { seedDemo } from "#lib/demo/seed.ts";
import { startDemoUpstream } from "#lib/demo/upstream.ts";

/** Where asked: the demo tenants, and the service on loopback that their tools call. */
export async function startDemo(): Promise<() => Promise<void>> {
  if (!env().TAUSESTACK_SEED_DEMO) return async () => undefined;
  const upstream = await startDemoUpstream();
  await seedDemo(upstream.url);
  return () => upstream.close();
}
