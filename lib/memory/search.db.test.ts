import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { listMemories, registerMemory } from "./service.ts";

useTestDatabase();

test("a search finds the tenant's memories by their agents' ids, in either case", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  for (const agent_id of ["agent_Sales", "agent_support", "sales/eu"]) {
    await registerMemory(ctx, { agent_id });
  }
  await registerMemory(other, { agent_id: "sales" });
  const { items } = await listMemories(ctx, { search: "SALES" });
  expect(items.map((memory) => memory.agent_id)).toEqual(["agent_Sales", "sales/eu"]);
});
