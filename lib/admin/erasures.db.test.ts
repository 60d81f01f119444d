import { expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { systemCtx } from "#lib/auth/identity.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { eraseMemory } from "#lib/memory/erasure.ts";
import type { Certificate } from "#lib/memory/erasure-schema.ts";
import { listItems } from "#lib/memory/items/read.ts";
import { putItem } from "#lib/memory/items/verbs.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { readErasureManifest, repeatErasures } from "./erasures.ts";

useTestDatabase();

const operator = systemCtx("test");
const fill = async (ctx: Ctx) => {
  const content = { content: "quetzal" };
  await putItem(ctx, { agentId: "ada", namespace: "n", key: "a" }, content);
  await putItem(
    ctx,
    { agentId: "bob", namespace: "n", key: "b" },
    { ...content, subject_id: "sue" },
  );
  await putItem(ctx, { agentId: "bob", namespace: "n", key: "c" }, content);
};
const keysOf = async (ctx: Ctx) => (await listItems(ctx, {})).items.map(({ key }) => key).sort();

/** The database as a backup from before the erasures has it. */
async function restore(ctx: Ctx): Promise<void> {
  const { owner } = database();
  await owner`delete from audit_entries where tenant_id = ${ctx.tenantId} and action = 'memory.erase'`;
  await owner`delete from memory_items where tenant_id = ${ctx.tenantId}`;
  await fill(ctx);
}

async function manifestOf(ctx: Ctx): Promise<Certificate[]> {
  const { items } = await readErasureManifest(operator, {});
  return items.filter(({ tenant_id }) => tenant_id === ctx.tenantId);
}

test("what was erased after a backup is erased again when the backup is restored, once", async () => {
  const ctx = await freshTenant();
  await fill(ctx);
  const ofAgent = await eraseMemory(ctx, { agent_id: "ada", reference: "REQ-1" });
  const ofSubject = await eraseMemory(ctx, { subject_id: "sue" });
  const erasures = await manifestOf(ctx);
  expect(erasures).toEqual([ofAgent, ofSubject]);
  expect(JSON.stringify(erasures)).not.toMatch(/quetzal|"sue"/);
  expect(await repeatErasures(operator, { erasures })).toMatchObject({ repeated: 0, known: 2 });

  await restore(ctx);
  expect(await keysOf(ctx)).toEqual(["a", "b", "c"]);
  expect(await repeatErasures(operator, { erasures })).toMatchObject({ repeated: 2, known: 0 });
  expect(await keysOf(ctx)).toEqual(["c"]);
  const { items } = await listAudit(ctx, { action: "memory.erase" });
  expect(items.map(({ after }) => (after as Certificate).repeats).sort()).toEqual(
    [ofAgent.certificate_id, ofSubject.certificate_id].sort(),
  );
  expect(items.map(({ principal_id }) => principal_id)).toEqual(["test", "test"]);

  await fill(ctx);
  expect(await repeatErasures(operator, { erasures })).toMatchObject({ repeated: 0, known: 2 });
  expect(await repeatErasures(operator, { erasures: await manifestOf(ctx) })).toMatchObject({
    ...{ repeated: 0, known: 2 },
  });
  expect(await keysOf(ctx)).toEqual(["a", "b", "c"]);
});

test("a tenant that got a deleted one's id keeps its memory", async () => {
  const ctx = await freshTenant();
  await fill(ctx);
  const certificate = await eraseMemory(ctx, { agent_id: "ada" });
  await restore(ctx);
  const erasures = [
    { ...certificate, tenant_created_at: "2020-01-01T00:00:00.000Z" },
    { ...certificate, tenant_id: "nobody" },
  ];
  expect(await repeatErasures(operator, { erasures })).toEqual({
    ...{ repeated: 0, known: 0, nothing_left: 2 },
  });
  expect(await keysOf(ctx)).toEqual(["a", "b", "c"]);
});

test("reading takes platform:read, repeating platform:write", async () => {
  const nobody = { ...operator, permissions: new Set<never>() };
  await expect(readErasureManifest(nobody, {})).rejects.toMatchObject({ status: 403 });
  await expect(repeatErasures(nobody, { erasures: [] })).rejects.toMatchObject({ status: 403 });
  await expect(repeatErasures(operator, { erasures: [] })).rejects.toMatchObject({ status: 400 });
});
