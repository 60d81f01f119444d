import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { getItem, listItems } from "../items/read.ts";
import { actingFor, placeOf } from "../items/testing.ts";
import { putItem } from "../items/verbs.ts";
import { getMemory, registerMemory } from "../service.ts";
import { exportMemory } from "./export.ts";
import { importMemory } from "./import.ts";

useTestDatabase();

async function exported(ctx: Ctx, agent_id?: string): Promise<string> {
  let text = "";
  for await (const part of await exportMemory(ctx, agent_id ? { agent_id } : {})) text += part;
  return text;
}

test("an export imported into another tenant says the same", async () => {
  const [from, to] = [await freshTenant(), await freshTenant()];
  await registerMemory(from, { agent_id: "ada", context: { a: [null, "\0"] } });
  for (let n = 0; n < 450; n++) {
    await putItem(from, placeOf(`k${n}`, "ada", n % 2 ? "odd" : "even"), {
      ...{ content: { n }, tags: [`t${n}`], importance: n % 100, subject_id: "sue" },
    });
  }
  const text = await exported(from);
  expect(text.trimEnd().split("\n")).toHaveLength(451);
  expect(await importMemory(to, text, {})).toEqual({
    ...{ imported: 451, kept: 0, failed: 0, errors: [] },
  });
  expect((await getMemory(to, "ada")).context).toEqual({ a: [null, "\0"] });
  const plain = async (ctx: Ctx) =>
    (await listItems(ctx, {})).items.map(({ item_id, created_at, updated_at, ...rest }) => rest);
  expect(await plain(to)).toEqual(await plain(from));
  const actions = async (ctx: Ctx, action: string) =>
    (await listAudit(ctx, { action })).items.length;
  expect(await actions(from, "memory.export")).toBe(1);
  expect(await actions(to, "memory.import")).toBe(1);
}, 60_000);

test("a line that does not fit is told of by its number and hinders no other", async () => {
  const ctx = await freshTenant();
  const lines = [
    '{"type":"item","agent_id":"ada","key":"good","content":1}',
    "{",
    '{"type":"item","agent_id":"ada","content":1}',
    "",
    '{"type":"song"}',
    '{"type":"context","agent_id":"all","context":{}}',
  ];
  const report = await importMemory(ctx, lines.join("\r\n"), {});
  expect(report).toMatchObject({ imported: 1, failed: 4 });
  expect(report.errors.map(({ line }) => line)).toEqual([2, 3, 5, 6]);
  expect((await getItem(ctx, placeOf("good"))).content).toBe(1);
});

test("what is there stays where the import is to keep it", async () => {
  const ctx = await freshTenant();
  await putItem(ctx, placeOf("k"), { content: "mine" });
  await registerMemory(ctx, { agent_id: "ada", context: { mine: true } });
  const text = [
    '{"type":"item","agent_id":"ada","key":"k","content":"theirs"}',
    '{"type":"context","agent_id":"ada","context":{}}',
    '{"type":"item","agent_id":"ada","key":"new","content":"theirs"}',
  ].join("\n");
  expect(await importMemory(ctx, text, { existing: "keep" })).toMatchObject({
    ...{ imported: 1, kept: 2 },
  });
  expect((await getItem(ctx, placeOf("k"))).content).toBe("mine");
  expect((await getMemory(ctx, "ada")).context).toEqual({ mine: true });
  await importMemory(ctx, text, {});
  expect((await getItem(ctx, placeOf("k"))).content).toBe("theirs");
});

test("a limit that an import reaches is told of, and holds", async () => {
  const ctx = await freshTenant({ mcp_config: { max_memory_entries: 150 } });
  const text = Array.from({ length: 250 }, (_, n) =>
    JSON.stringify({ type: "item", agent_id: "ada", key: `k${n}`, content: n }),
  ).join("\n");
  const report = await importMemory(ctx, text, {});
  expect(report).toMatchObject({ imported: 150, failed: 100 });
  expect(report.errors[0]?.message).toContain("max_memory_entries of 150");
}, 60_000);

test("at the limit what replaces an entry is written, and only what adds one is refused, by its line", async () => {
  const ctx = await freshTenant({ mcp_config: { max_memory_entries: 3 } });
  for (const key of ["a", "b", "c"]) await putItem(ctx, placeOf(key), { content: "old" });
  const line = (key: string) =>
    JSON.stringify({ type: "item", agent_id: "ada", key, content: "new" });
  const text = ["x", "a", "b", "y", "c"].map(line).join("\n");
  const report = await importMemory(ctx, text, {});
  expect(report).toMatchObject({ imported: 3, kept: 0, failed: 2 });
  expect(report.errors.map((error) => error.line)).toEqual([1, 4]);
  const { items } = await listItems(ctx, {});
  expect(items.map(({ key, content }) => [key, content])).toEqual(
    ["a", "b", "c"].map((key) => [key, "new"]),
  );
  expect(await importMemory(ctx, text, { existing: "keep" })).toMatchObject({
    ...{ imported: 0, kept: 3, failed: 2 },
  });
});

test("where old entries make room, an import evicts what it did not write itself", async () => {
  const mcp_config = { max_memory_entries: 3, memory_policy: "evict_oldest" } as const;
  const ctx = await freshTenant({ mcp_config });
  for (const key of ["a", "b", "c"]) await putItem(ctx, placeOf(key), { content: "old" });
  const text = ["w", "x", "y", "z"]
    .map((key) => JSON.stringify({ type: "item", agent_id: "ada", key, content: "new" }))
    .join("\n");
  expect(await importMemory(ctx, text, {})).toMatchObject({ imported: 3, failed: 1 });
  expect((await listItems(ctx, {})).items.map(({ key }) => key)).toEqual(["w", "x", "y"]);
});

test("a key that acts for an agent exports and imports its own memory and what it was granted", async () => {
  const ctx = await freshTenant();
  await putItem(ctx, placeOf("k", "ada"), { content: "ada's" });
  await putItem(ctx, placeOf("k", "bob"), { content: "bob's" });
  await registerMemory(ctx, { agent_id: "ada", context: {} });
  const bob = actingFor(ctx, "bob");
  const text = await exported(bob);
  expect(text).toContain("bob's");
  expect(text).not.toContain("ada");
  expect(await exported(bob, "ada")).toBe("");
  const report = await importMemory(bob, await exported(ctx), {});
  expect(report).toMatchObject({ imported: 1, failed: 2 });
});

test("both need their scopes", async () => {
  const ctx = await freshTenant();
  const reader = tenantCtx(ctx.tenantId, ["memory:read"]);
  const writer = tenantCtx(ctx.tenantId, ["memory:write"]);
  const refused = { code: "insufficient_scope" };
  await expect(importMemory(reader, "", {})).rejects.toMatchObject(refused);
  await expect(exportMemory(writer, {})).rejects.toMatchObject(refused);
});
