import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { acceptUpstreamTools } from "#lib/tools/import/upstream/accept.ts";
import { followUpstreamLists } from "#lib/tools/import/upstream/follow.ts";
import { listUpstreamTools } from "#lib/tools/import/upstream/list.ts";
import { syncUpstreamTools } from "#lib/tools/import/upstream/sync.ts";
import { closeUpstreams } from "#lib/upstreams/pool.ts";
import { putUpstream } from "#lib/upstreams/service.ts";
import { type ModernUpstream, startModernUpstream } from "#lib/upstreams/testing.ts";
import { type LegacyUpstream, startLegacyUpstream } from "#lib/upstreams/testing-legacy.ts";
import { watchUpstreams } from "#lib/upstreams/watch/watcher.ts";
import { type Era, keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
let legacy: LegacyUpstream;
let modern: ModernUpstream;
let ends: (() => Promise<void>)[];

beforeAll(async () => {
  [api, legacy, modern] = await Promise.all([
    serveApi(),
    startLegacyUpstream(),
    startModernUpstream(),
  ]);
  ends = [watchUpstreams({ everyMs: 50 }), followUpstreamLists()];
});
afterAll(async () => {
  for (const end of ends) await end();
  await closeUpstreams();
  await Promise.all([api.close(), legacy.close(), modern.close()]);
});

const eras: Era[] = ["modern", "legacy"];

test.each(eras.flatMap((here) => eras.map((there) => [there, here] as const)))(
  "what a %s upstream tells of changes reaches a %s client of its tenant that listens",
  async (upstreamEra, era) => {
    const upstream = upstreamEra === "modern" ? modern : legacy;
    const [ctx, other] = [
      await freshTenant({ egress_allow: ["127.0.0.0/8"] }),
      await freshTenant(),
    ];
    const transport = { type: "http" as const, url: upstream.url };
    const exposed = { expose_resources: true, expose_prompts: true };
    await putUpstream(ctx, "up", { name: "Up", transport, ...exposed });
    const listening = async (key: string) => {
      const told = new Set<string>();
      const hear = (what: string) => ({ autoRefresh: false, onChanged: () => void told.add(what) });
      const client = await openClient(api.url, key, era, {
        capabilities: { elicitation: {} },
        listChanged: { prompts: hear("prompts"), resources: hear("resources") },
      });
      return { told, client };
    };
    const [here, there] = [await listening(await keyOf(ctx)), await listening(await keyOf(other))];
    await vi.waitFor(() => {
      upstream.tellListChanges();
      expect(here.told).toEqual(new Set(["prompts", "resources"]));
    }, 10_000);
    expect(there.told.size).toBe(0);
    await Promise.all([here.client.close(), there.client.close()]);
  },
  20_000,
);

test("a tool that an upstream adds, and tells of, waits beside those that are served", async () => {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const transport = { type: "http" as const, url: legacy.url };
  await putUpstream(ctx, "up", { name: "Up", transport, expose_prompts: true });
  await syncUpstreamTools(ctx, "up");
  const offers = async () => (await listUpstreamTools(ctx, "up", {})).items;
  const digest = (await offers()).find(({ remote_name }) => remote_name === "echo")?.digest ?? "";
  await acceptUpstreamTools(ctx, "up", { tools: [{ name: "echo", digest }] });
  await closeUpstreams();
  legacy.addTool();
  await vi.waitFor(async () => {
    legacy.tellListChanges();
    const states = (await offers()).map(({ remote_name, state }) => [remote_name, state]);
    expect(states).toContainEqual(["extra", "new"]);
    expect(states).toContainEqual(["echo", "accepted"]);
  }, 15_000);
}, 30_000);
