import { beforeAll, expect, test } from "vitest";
import { type NewTenant, newTenant, platform } from "./client.ts";
import {
  attemptsAt,
  contentsOf,
  isRefusal,
  newVictim,
  operationsOf,
  type Victim,
} from "./victim.ts";

let attacker: NewTenant;
let victim: Victim;
let operations: Awaited<ReturnType<typeof operationsOf>>;

beforeAll(async () => {
  [attacker, victim] = [await newTenant(), await newVictim()];
  operations = await operationsOf(platform());
});

test("no address with another tenant's ids in it answers, and nothing of the other changes", async () => {
  const before = await contentsOf(victim);
  const tried: string[] = [];
  for (const { method, path, takesBody } of operations) {
    if (!path.includes("{")) continue;
    for (const { address, body } of attemptsAt({ path, takesBody }, victim, "owner")) {
      const answer = await attacker.call(method, address, body);
      tried.push(`${method} ${path}`);
      expect([method, address, isRefusal(method, answer.status, path)]).toEqual([
        method,
        address,
        true,
      ]);
      expect(JSON.stringify(answer.body)).not.toContain("s3://bucket/secret");
    }
  }
  expect(tried.length).toBeGreaterThan(10);
  expect(await contentsOf(victim)).toBe(before);
});

test("a header or query that names another tenant is refused at every address", async () => {
  for (const { method, path } of operations) {
    if (path.includes("{") || ["/health", "/openapi.json"].includes(path)) continue;
    const byHeader = await attacker.call(method, path, undefined, {
      "x-tenant-id": victim.tenantId,
    });
    const byQuery = await attacker.call(method, `${path}?tenant_id=${victim.tenantId}`);
    // Addresses of the platform look at no tenant: there the attacker sees its own, or nothing.
    const isOwn = path === "/tenants" && method === "GET";
    const wanted = isOwn ? [200, 200] : [403, 403];
    const seen = [byHeader.status, byQuery.status].map((status) => (status === 405 ? 403 : status));
    expect([method, path, seen]).toEqual([method, path, wanted]);
    expect(JSON.stringify(byHeader.body)).not.toContain(`"${victim.tenantId}"`);
  }
});

test("lists hold nothing of another tenant", async () => {
  const lists = ["/memory/all", "/tools", "/tasks", "/resources", "/prompts", "/keys", "/members"];
  for (const path of [...lists, "/memory/items", "/audit", "/tenants", "/secrets", "/budgets"]) {
    const { body } = await attacker.call("GET", path);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(JSON.stringify(body)).not.toContain(victim.tenantId);
  }
});
