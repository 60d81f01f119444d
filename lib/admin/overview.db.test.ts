import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { getTenant } from "#lib/tenants/service.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { registerTool } from "#lib/tools/service.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { overviewTenants } from "./overview.ts";

useTestDatabase();

test("each tenant's row holds its own quotas, calls and errors", async () => {
  const busy = await freshTenant({ tool_limits: { max_tools: 3 } });
  const quiet = await freshTenant();
  await registerTool(busy, { tool_id: "one", name: "one" });
  const event = { kind: "tool_call", name: "one", durationMs: 5 } as const;
  await recordUsage(busy, { ...event, status: "ok" });
  await recordUsage(busy, { ...event, status: "error" });
  const tenants = [await getTenant(busy), await getTenant(quiet)];

  const [first, second] = await overviewTenants(platformCtx(), tenants);
  expect(first).toMatchObject({ calls: 2, errors: 1 });
  expect(first?.quotas.max_tools).toEqual({ used: 1, maximum: 3 });
  expect(second).toMatchObject({ tenant: tenants[1], calls: 0, errors: 0 });
  expect(second?.quotas.max_tools).toEqual({ used: 0, maximum: null });
});

test("without platform:read nothing is shown", async () => {
  await expect(overviewTenants(platformCtx([]), [])).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});
