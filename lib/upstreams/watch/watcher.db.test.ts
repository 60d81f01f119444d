import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { setTenantStatus } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { onListChangeHeard } from "../list-changes.ts";
import { closeUpstreams } from "../pool.ts";
import { deleteUpstream, putUpstream } from "../service.ts";
import { type LegacyUpstream, startLegacyUpstream } from "../testing-legacy.ts";
import { claimLease, releaseLease } from "./lease.ts";
import { watchUpstreams } from "./watcher.ts";

useTestDatabase();

let legacy: LegacyUpstream;
let stop: () => Promise<void>;
const heard: [string, string][] = [];

beforeAll(() => {
  onListChangeHeard((ctx, _upstream, kind) => heard.push([ctx.tenantId, kind]));
  stop = watchUpstreams({ everyMs: 50 });
});
beforeEach(async () => {
  legacy = await startLegacyUpstream();
});
afterEach(async () => {
  await closeUpstreams();
  await legacy.close();
});
afterAll(() => stop());

async function tenantWith(rest: object): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const transport = { type: "http" as const, url: legacy.url };
  await putUpstream(ctx, "up", { name: "Up", transport, ...rest });
  return ctx;
}

const kindsOf = (ctx: Ctx) =>
  new Set(heard.filter(([tenantId]) => tenantId === ctx.tenantId).map(([, kind]) => kind));

test("an upstream that something depends on is listened to until it is switched off or deleted", async () => {
  const ctx = await tenantWith({ expose_resources: true });
  await tenantWith({});
  await vi.waitFor(() => {
    legacy.tellListChanges();
    expect(kindsOf(ctx)).toEqual(new Set(["tools", "resources", "prompts"]));
  }, 10_000);
  await closeUpstreams();
  await vi.waitFor(() => expect(legacy.streams).toBe(1), 10_000);
  const transport = { type: "http" as const, url: legacy.url };
  await putUpstream(ctx, "up", { name: "Up", transport, enabled: false });
  await vi.waitFor(() => expect(legacy.streams).toBe(0), 10_000);
});

test("a tenant that is suspended is listened to no longer, and again when it is back", async () => {
  const ctx = await tenantWith({ expose_prompts: true });
  await vi.waitFor(() => expect(legacy.streams).toBeGreaterThan(0), 10_000);
  await setTenantStatus(platformCtx(), ctx.tenantId, "suspended");
  await closeUpstreams();
  await vi.waitFor(() => expect(legacy.streams).toBe(0), 10_000);
  await setTenantStatus(platformCtx(), ctx.tenantId, "active");
  await vi.waitFor(() => expect(legacy.streams).toBeGreaterThan(0), 10_000);
  await deleteUpstream(ctx, "up");
  await vi.waitFor(() => expect(legacy.streams).toBe(0), 10_000);
});

test("a stream that ends is opened again", async () => {
  const ctx = await tenantWith({ expose_resources: true });
  await vi.waitFor(() => expect(legacy.streams).toBeGreaterThan(0), 10_000);
  legacy.endStreams();
  heard.length = 0;
  await vi.waitFor(() => {
    legacy.tellListChanges();
    expect(kindsOf(ctx)).toContain("resources");
  }, 15_000);
  await deleteUpstream(ctx, "up");
}, 30_000);

test("one process has a lease at a time, and another when it is let go or has run out", async () => {
  expect(await claimLease("test", 30)).toBe(true);
  expect(await claimLease("test", 30)).toBe(true);
  await releaseLease("test");
  expect(await claimLease("test", 0)).toBe(true);
});
