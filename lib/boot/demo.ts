import { env } from "#lib/core/env.ts";
import { findDemoPort, seedDemo } from "#lib/demo/seed.ts";
import { type DemoUpstream, startDemoUpstream } from "#lib/demo/upstream.ts";

/** On the port of an earlier start where it is free, so that no tool has to be changed. */
async function openUpstream(): Promise<DemoUpstream> {
  const port = await findDemoPort();
  if (port === null) return startDemoUpstream();
  return startDemoUpstream({ port }).catch(() => startDemoUpstream());
}

/** Where asked: the demo tenants, and the service on loopback that their tools call. */
export async function startDemo(): Promise<() => Promise<void>> {
  if (!env().TAUSESTACK_SEED_DEMO) return async () => undefined;
  const upstream = await openUpstream();
  await seedDemo(upstream.url);
  return () => upstream.close();
}
