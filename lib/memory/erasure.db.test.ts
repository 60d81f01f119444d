import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { eraseMemory } from "./erasure.ts";
import { getItem, listItems } from "./items/read.ts";
import { actingFor, placeOf } from "./items/testing.ts";
import { deleteItem, putItem } from "./items/verbs.ts";
import { getMemory, registerMemory } from "./service.ts";
import { listMemoryGrants, putMemoryGrants } from "./sharing/grants.ts";

useTestDatabase();

/** Every row of every table of the tenant, as text. */
async function allOf(ctx: Ctx): Promise<string> {
  const { owner } = database();
  const tables = await owner`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where a.attname = 'tenant_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`;
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await owner.unsafe(
      `select t::text as row from ${name as string} t where tenant_id = $1`,
      [ctx.tenantId],
    );
    texts.push(...rows.map((row) => row.row as string));
  }
  return texts.join("\n");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("nothing that an agent's memory said is left in any table, and a certificate is", async () => {
  const ctx = await freshTenant();
  const { item_id } = await putItem(ctx, placeOf("k", "ada"), { content: "zanzibar one" });
  await putItem(ctx, placeOf("k", "ada"), { content: "zanzibar two" });
  await putItem(ctx, placeOf("zanzibar", "ada", "n"), {
    content: ["zanzibar"],
    tags: ["zanzibar"],
  });
  await deleteItem(ctx, placeOf("zanzibar", "ada", "n"));
  await registerMemory(ctx, { agent_id: "ada", context: { trip: "zanzibar" } });
  await registerMemory(ctx, { agent_id: "ada", context: { trip: "zanzibar again" } });
  await putMemoryGrants(ctx, "ada", "n", { grants: [{ type: "agent", id: "b", access: "read" }] });
  await putItem(ctx, placeOf("k", "bob"), { content: "bob's" });
  expect(await allOf(ctx)).toContain("zanzibar");
  const certificate = await eraseMemory(ctx, { agent_id: "ada", reference: "REQ-7" });
  expect(certificate).toMatchObject({
    ...{ scope: "agent", agent_id: "ada", items: 2, versions: 1, documents: 1 },
    ...{ reference: "REQ-7", digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await allOf(ctx)).not.toContain("zanzibar");
  await expect(getMemory(ctx, "ada")).rejects.toMatchObject({ code: "not_found" });
  await expect(listMemoryGrants(ctx, "ada")).rejects.toMatchObject({ code: "not_found" });
  expect((await listItems(ctx, {})).items).toMatchObject([{ agent_id: "bob" }]);
  const { items } = await listAudit(ctx, { action: "memory.erase" });
  expect(items).toMatchObject([
    { target_type: "memory_erasure", target_id: certificate.certificate_id, after: certificate },
  ]);
  // Who wrote the document and when is still told.
  const mark = { erased: certificate.certificate_id };
  expect((await listAudit(ctx, { target_id: "ada", action: "memory.update" })).items).toMatchObject(
    [{ before: mark, after: mark, principal_id: "key_test" }],
  );
  expect((await listAudit(ctx, { target_id: item_id })).items).toHaveLength(2);
});

test("the digest is of the ids, versions and contents, so that an export proves it", async () => {
  const ctx = await freshTenant();
  const { item_id } = await putItem(ctx, placeOf("k"), { content: { a: 1 } });
  await putItem(ctx, placeOf("k"), { content: "two" });
  const { digest } = await eraseMemory(ctx, { agent_id: "ada" });
  const lines = [['{"a":1}', 1] as const, ['"two"', 2] as const];
  expect(digest).toBe(
    sha256(lines.map(([text, version]) => `${item_id} ${version} ${sha256(text)}`).join("\n")),
  );
});

test("a data subject's items go whichever agent's they are, and versions that once were about them", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  await putItem(ctx, placeOf("a", "ada"), { content: "quetzal", subject_id: "sue" });
  await putItem(ctx, placeOf("b", "bob"), { content: "quetzal", subject_id: "sue" });
  await putItem(ctx, placeOf("c", "bob"), { content: "quetzal", subject_id: "sue" });
  await putItem(ctx, placeOf("c", "bob"), { content: "plain", subject_id: null });
  await putItem(other, placeOf("a", "ada"), { content: "quetzal", subject_id: "sue" });
  const certificate = await eraseMemory(ctx, { subject_id: "sue" });
  expect(certificate).toMatchObject({ scope: "subject", items: 2, versions: 1, documents: 0 });
  expect(await allOf(ctx)).not.toMatch(/quetzal|sue/);
  expect((await getItem(ctx, placeOf("c", "bob"))).content).toBe("plain");
  expect((await getItem(other, placeOf("a", "ada"))).content).toBe("quetzal");
  const again = await eraseMemory(ctx, { subject_id: "sue" });
  expect(again).toMatchObject({ items: 0, subject_pseudonym: certificate.subject_pseudonym });
});

test("after an erasure the log can be changed by nobody, as before", async () => {
  const ctx = await freshTenant();
  await registerMemory(ctx, { agent_id: "ada", context: { a: 1 } });
  await eraseMemory(ctx, { agent_id: "ada" });
  const [row] = await database().owner`
    select has_any_column_privilege('tausestack_platform', 'audit_entries', 'UPDATE') as may`;
  expect(row?.may).toBe(false);
});

test("an erasure needs its scope, a credential that acts for no agent, and one thing to erase", async () => {
  const ctx = await freshTenant();
  const reader = tenantCtx(ctx.tenantId, ["memory:read"]);
  await expect(eraseMemory(reader, { agent_id: "ada" })).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  await expect(eraseMemory(actingFor(ctx, "ada"), { agent_id: "ada" })).rejects.toMatchObject({
    code: "forbidden",
  });
  for (const input of [{}, { agent_id: "a", subject_id: "s" }]) {
    await expect(eraseMemory(ctx, input)).rejects.toMatchObject({ code: "invalid_request" });
  }
});
