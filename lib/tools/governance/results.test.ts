import { expect, test } from "vitest";
import type { Ctx, TenantId } from "#lib/core/ctx.ts";
import type { RuntimeKind } from "../schema.ts";
import { resultPlace } from "./results.ts";

const callerOf = (id: string): Ctx => ({
  ...{ requestId: "r", permissions: new Set(), ip: null, tenantId: "t" as TenantId },
  principal: { type: "key", id, platform: false, agentId: null },
});

const placeFor = (kind: RuntimeKind, id: string) =>
  resultPlace(callerOf(id), { toolId: "tool", revision: 1, kind }, { cacheScope: "tenant" }, {});

test("a result is shared in the tenant where that is wanted, but never one of an upstream", () => {
  expect(placeFor("http", "one")).toBe(placeFor("http", "two"));
  expect(placeFor("mcp", "one")).not.toBe(placeFor("mcp", "two"));
});
