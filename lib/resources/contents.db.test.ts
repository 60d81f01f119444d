import { createHash, randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { tenantQuotas } from "#db/schema/tenants.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { deleteContent, openContent, putContent } from "./contents.ts";
import type { RegisterResourceInput } from "./schema.ts";
import { deleteResource, getResource, registerResource } from "./service.ts";

useTestDatabase();

// Notes of reads are committed after the answer; the database must not close before.
afterAll(flushLedger);

const guide: RegisterResourceInput = {
  resource_id: "guide",
  name: "guide",
  type: "file",
  uri: "docs://guide",
};
const megabyte = 1024 * 1024;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const text = (content: string) => ({ bytes: bytesOf(content), mimeType: "text/plain" });
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function stored(ctx: Ctx): Promise<number> {
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(tenantQuotas).where(eq(tenantQuotas.quota, "storage_bytes")),
  );
  return rows[0]?.used ?? Number.NaN;
}

async function read(ctx: Ctx, id: string): Promise<Buffer> {
  return Buffer.from(await (await openContent(ctx, id)).read());
}

test("bytes are kept and read back as they were, whole and in part", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, guide);
  const bytes = randomBytes(300_000);
  const info = await putContent(ctx, "guide", { bytes, mimeType: "image/png" });
  expect(info).toEqual({
    ...{ resource_id: "guide", mime_type: "image/png", size: 300_000, sha256: sha256(bytes) },
    updated_at: expect.any(String),
  });
  const content = await openContent(ctx, "guide");
  expect(content.info).toEqual(info);
  expect(Buffer.from(await content.read()).equals(bytes)).toBe(true);
  const part = await content.read({ start: 299_990, length: 10 });
  expect(Buffer.from(part)).toEqual(bytes.subarray(299_990));
  expect(await getResource(ctx, "guide")).toMatchObject({
    ...{ mime_type: "image/png", size: 300_000, sha256: info.sha256 },
  });
});

test("a resource can be registered with its content, as text or base64", async () => {
  const ctx = await freshTenant();
  const made = await registerResource(ctx, { ...guide, content: { text: "¡Hola!" } });
  expect(made).toMatchObject({
    mime_type: "text/plain",
    size: 7,
    sha256: sha256(bytesOf("¡Hola!")),
  });
  expect((await read(ctx, "guide")).toString()).toBe("¡Hola!");
  const blob = randomBytes(1000);
  const mime_type = "application/pdf";
  const content = { blob: blob.toString("base64") };
  expect(await registerResource(ctx, { ...guide, mime_type, content })).toMatchObject({
    ...{ mime_type, size: 1000 },
  });
  expect((await read(ctx, "guide")).equals(blob)).toBe(true);
});

test("registering again keeps the content, unless it says another type, other bytes, or none", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, { ...guide, content: { text: "# A" } });
  expect(await registerResource(ctx, guide)).toMatchObject({ mime_type: "text/plain", size: 3 });
  const retyped = await registerResource(ctx, { ...guide, mime_type: "text/markdown" });
  expect(retyped).toMatchObject({ mime_type: "text/markdown", size: 3 });
  expect(await registerResource(ctx, retyped)).toMatchObject({ size: 3, sha256: retyped.sha256 });
  expect((await openContent(ctx, "guide")).info.mime_type).toBe("text/markdown");
  const none = await registerResource(ctx, { ...guide, content: null });
  expect(none).toMatchObject({ mime_type: null, size: null, sha256: null });
  expect(await stored(ctx)).toBe(0);
});

test("what is removed is gone, and both the removal and the write are audited without the bytes", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, guide);
  await putContent(ctx, "guide", text("very private"));
  await deleteContent(ctx, "guide");
  await expect(openContent(ctx, "guide")).rejects.toMatchObject({ code: "not_found" });
  await expect(deleteContent(ctx, "guide")).rejects.toMatchObject({ code: "not_found" });
  const { items } = await listAudit(ctx, { target_id: "guide" });
  expect(items).toMatchObject([
    { action: "resource.delete_content", before: { size: 12 }, after: null },
    { action: "resource.write_content", before: null, after: { size: 12 } },
    { action: "resource.create" },
  ]);
  expect(JSON.stringify(items)).not.toContain("very private");
});

test("a foreign resource and a missing one answer the same, whatever is done with their content", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  await registerResource(ctx, { ...guide, content: { text: "mine" } });
  for (const id of ["guide", "nowhere", "nul\0"]) {
    const message = `There is no resource "${id}".`;
    for (const refused of [
      () => openContent(other, id),
      () => putContent(other, id, text("theirs")),
      () => deleteContent(other, id),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: "not_found", message });
    }
  }
  expect((await read(ctx, "guide")).toString()).toBe("mine");
});

test("each verb needs its permission, and the resource must offer to be read", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, { ...guide, content: { text: "a" }, access_permissions: ["write"] });
  const reader = tenantCtx(ctx.tenantId, ["resources:read"]);
  const writer = tenantCtx(ctx.tenantId, ["resources:write"]);
  for (const refused of [
    openContent(writer, "guide"),
    putContent(reader, "guide", text("b")),
    deleteContent(reader, "guide"),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "insufficient_scope", status: 403 });
  }
  await expect(openContent(reader, "guide")).rejects.toMatchObject({
    ...{ code: "forbidden", message: expect.stringContaining("access_permissions") },
  });
});

test("a type that is none is refused", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, guide);
  const refused = putContent(ctx, "guide", { bytes: bytesOf("a"), mimeType: "text" });
  await expect(refused).rejects.toMatchObject({ code: "invalid_request" });
});

test("storage counts to the byte, through writes, changes and deletions", async () => {
  const ctx = await freshTenant({ resource_limits: { max_storage_mb: 1 } });
  await registerResource(ctx, { ...guide, content: { text: "12345" } });
  expect(await stored(ctx)).toBe(5);
  await putContent(ctx, "guide", { bytes: new Uint8Array(megabyte), mimeType: "a/b" });
  expect(await stored(ctx)).toBe(megabyte);
  const refused = putContent(ctx, "guide", {
    bytes: new Uint8Array(megabyte + 1),
    mimeType: "a/b",
  });
  await expect(refused).rejects.toMatchObject({
    ...{ code: "limit_exceeded", status: 409, extra: { limit: "max_storage_mb", value: 1 } },
  });
  const more = { ...guide, resource_id: "more", content: { text: "x" } };
  await expect(registerResource(ctx, more)).rejects.toMatchObject({ code: "limit_exceeded" });
  await expect(getResource(ctx, "more")).rejects.toMatchObject({ code: "not_found" });
  await putContent(ctx, "guide", text("123"));
  expect(await stored(ctx)).toBe(3);
  await registerResource(ctx, more);
  expect(await stored(ctx)).toBe(4);
  await deleteResource(ctx, "guide");
  expect(await stored(ctx)).toBe(1);
  await deleteContent(ctx, "more");
  expect(await stored(ctx)).toBe(0);
});

test("concurrent writes never pass the limit, and do not lock each other out", async () => {
  const ctx = await freshTenant({ resource_limits: { max_storage_mb: 1 } });
  const size = megabyte / 4;
  const write = (n: number) =>
    registerResource(ctx, {
      ...{ ...guide, resource_id: `r${n}` },
      content: { blob: Buffer.alloc(size, n).toString("base64") },
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => write(n)));
  const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refusals.map(({ reason }) => reason.code)).toEqual(new Array(8).fill("limit_exceeded"));
  expect(await stored(ctx)).toBe(megabyte);
  // Deletions and registrations meet both quotas at once, from either side.
  const left = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? outcome.value.resource_id : [],
  );
  const mixed = await Promise.allSettled([
    ...left.map((id) => deleteResource(ctx, id)),
    ...Array.from({ length: 4 }, (_, n) => write(100 + n)),
  ]);
  const failed = mixed.filter((outcome) => outcome.status === "rejected");
  expect(failed.every(({ reason }) => reason.code === "limit_exceeded")).toBe(true);
  const written = mixed.length - left.length - failed.length;
  expect(await stored(ctx)).toBe(written * size);
});

test("concurrent writes of one content leave one of them whole, and count it once", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, guide);
  const contents = Array.from({ length: 8 }, (_, n) => Buffer.alloc(1000 + n, n));
  await Promise.all(contents.map((bytes) => putContent(ctx, "guide", { bytes, mimeType: "a/b" })));
  const kept = await read(ctx, "guide");
  expect(contents.some((bytes) => bytes.equals(kept))).toBe(true);
  expect(await stored(ctx)).toBe(kept.length);
});

test("the ledger has the bytes of each write and read", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, guide);
  await putContent(ctx, "guide", text("0123456789"));
  const { read: part } = await openContent(ctx, "guide");
  await part();
  await part({ start: 0, length: 4 });
  await flushLedger();
  const { rows } = await reportUsage(ctx, { group_by: "name" });
  const quantities = Object.fromEntries(rows.map(({ group, quantity }) => [group, quantity]));
  expect(quantities).toMatchObject({ "resource.content.write": 10, "resource.read": 14 });
});
