import { afterAll, afterEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { createKey, rotateKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { listResourceCatalog } from "../catalog.ts";
import { completeTemplateArgument } from "../complete.ts";
import { deleteContent, openContent, putContent } from "../contents.ts";
import { isReadableUri, mayHearOf, readResource } from "../read.ts";
import type { RegisterResourceInput } from "../schema.ts";
import {
  deleteResource,
  getResource,
  listResources,
  listUsableResources,
  registerResource,
} from "../service.ts";
import { requireAccess } from "./access.ts";
import { getResourceAccess } from "./explain.ts";
import { addResourceGrant, openResource, putResourceGrants } from "./grants.ts";
import type { GrantInput } from "./schema.ts";
import { keyAs, tenantWithDocument } from "./testing.ts";

useTestDatabase();

// Notes of reads are committed after the answer; the database must not close before.
afterAll(flushLedger);
afterEach(() => void vi.useRealTimers());

const missing = { code: "not_found", status: 404 };
const forbidden = { code: "forbidden", status: 403 };
const robot = { type: "agent", id: "robot" } as const;
const bytes = { bytes: Buffer.from("new"), mimeType: "text/plain" };

const granted = (ctx: Ctx, more: Partial<GrantInput> = {}) =>
  addResourceGrant(ctx, "doc", { subject: robot, permissions: ["read"], ...more });

const asRobot = (ctx: Ctx) => keyAs(ctx, { id: "key_robot", agentId: "robot" });
const asOther = (ctx: Ctx) => keyAs(ctx, { id: "key_other" });

const ids = async (ctx: Ctx) => (await listResources(ctx, {})).items.map((r) => r.resource_id);

async function mayRead(ctx: Ctx): Promise<boolean> {
  const outcome = await readResource(ctx, "doc://one").then(
    () => true,
    (error: { code: string }) => error.code,
  );
  expect([true, "not_found"]).toContain(outcome);
  return outcome === true;
}

test("what was granted to others is not there, however it is reached", async () => {
  const ctx = await tenantWithDocument();
  await registerResource(ctx, {
    ...{ resource_id: "open", name: "O", type: "t", uri: "doc://two" },
  });
  await granted(ctx);
  const [user, other] = [asRobot(ctx), asOther(ctx)];
  expect(await readResource(user, "doc://one")).toMatchObject([{ text: "words" }]);
  expect(await ids(user)).toEqual(["doc", "open"]);
  expect((await openContent(user, "doc")).info.size).toBe(5);
  expect((await listResourceCatalog(user)).resources).toHaveLength(2);
  for (const refused of [
    () => getResource(other, "doc"),
    () => openContent(other, "doc"),
    () => readResource(other, "doc://one"),
    () => readResource(other, "doc://one#bytes=0-1"),
    async () => requireAccess(other, await getResource(ctx, "doc"), "read"),
    () => getResourceAccess(other, "doc"),
    () => putContent(other, "doc", bytes),
    () => deleteContent(other, "doc"),
    () => deleteResource(other, "doc"),
  ]) {
    await expect(refused()).rejects.toMatchObject(missing);
  }
  expect(await ids(other)).toEqual(["open"]);
  expect((await listUsableResources(other, {})).items).toHaveLength(1);
  expect((await listResourceCatalog(other)).resources).toMatchObject([{ uri: "doc://two" }]);
  expect(await isReadableUri(other, "doc://one")).toBe(false);
  expect([await mayHearOf(user, "doc://one"), await mayHearOf(other, "doc://one")]).toEqual([
    ...[true, false],
  ]);
  expect((await readResource(ctx, "doc://two")).length).toBe(1);
});

test("who governs resources sees what is registered, and reads nothing that they were not granted", async () => {
  const ctx = await tenantWithDocument();
  await granted(ctx);
  expect(await getResource(ctx, "doc")).toMatchObject({ resource_id: "doc" });
  expect(await ids(ctx)).toEqual(["doc"]);
  expect((await listUsableResources(ctx, {})).items).toEqual([]);
  await expect(openContent(ctx, "doc")).rejects.toMatchObject(forbidden);
  expect(await mayRead(ctx)).toBe(false);
  await putContent(ctx, "doc", bytes);
  const operator = { type: "operator", id: "op_1", email: "o@x" } as const;
  const asOperator = () => keyAs(ctx, operator, ["resources:read"]);
  expect(await mayRead(asOperator())).toBe(false);
  await granted(ctx, { subject: { type: "role", id: "operator" } });
  expect(await mayRead(asOperator())).toBe(true);
});

test("a grant reaches agents, roles, persons, their applications and a rotated key's successor", async () => {
  const ctx = await tenantWithDocument();
  const only = async (subject: GrantInput["subject"], caller: Parameters<typeof keyAs>[1]) => {
    await putResourceGrants(ctx, "doc", [{ subject, permissions: ["read"] }]);
    return mayRead(keyAs(ctx, caller));
  };
  const old = await createKey(ctx, { name: "old" });
  const next = await rotateKey(ctx, old.key_id, {});
  const member = { type: "member", id: "usr_1", email: "m@x", role: "viewer" } as const;
  const client = {
    ...{ type: "client" as const, id: "app_1", userId: "usr_1" },
    ...{ clientId: "client-1", clientName: "C" },
  };
  expect(await only({ type: "agent", id: "a" }, { id: "key_x", agentId: "a" })).toBe(true);
  expect(await only({ type: "agent", id: "a" }, { id: "key_x", agentId: "b" })).toBe(false);
  expect(await only({ type: "role", id: "viewer" }, member)).toBe(true);
  expect(await only({ type: "role", id: "owner" }, member)).toBe(false);
  expect(await only({ type: "member", id: "usr_1" }, member)).toBe(true);
  expect(await only({ type: "member", id: "usr_1" }, client)).toBe(true);
  expect(await only({ type: "client", id: "app_1" }, client)).toBe(true);
  expect(await only({ type: "client", id: "app_2" }, client)).toBe(false);
  expect(await only({ type: "client", id: "client-1" }, client)).toBe(true);
  expect(await only({ type: "key", id: old.key_id }, { id: next.key_id })).toBe(true);
  expect(await only({ type: "key", id: next.key_id }, { id: old.key_id })).toBe(false);
});

test("a grant holds until the very moment it expires", async () => {
  const ctx = await tenantWithDocument();
  const until = Date.now() + 3_600_000;
  await granted(ctx, { expires_at: new Date(until).toISOString() });
  vi.useFakeTimers({ toFake: ["Date"], now: until - 1 });
  expect(await mayRead(asRobot(ctx))).toBe(true);
  vi.setSystemTime(until);
  expect(await mayRead(asRobot(ctx))).toBe(false);
});

test("the ceiling cuts what was granted, from the moment it is lowered", async () => {
  const ctx = await tenantWithDocument();
  await granted(ctx, { permissions: ["read", "write"] });
  const resource = await getResource(ctx, "doc");
  expect(await requireAccess(asRobot(ctx), resource, "write")).toMatchObject([{ conditions: {} }]);
  await registerResource(ctx, { ...resource, access_permissions: ["write"] } as never);
  await expect(readResource(asRobot(ctx), "doc://one")).rejects.toMatchObject({
    ...forbidden,
    message: expect.stringContaining('does not offer "read"'),
  });
  expect(await isReadableUri(asRobot(ctx), "doc://one")).toBe(false);
});

const orders: Partial<RegisterResourceInput> = {
  ...{ uri: "orders://shop/{year}/{id}", content: { text: "order" } },
  metadata: { completions: { year: ["2025", "2026"] } },
};

test("a grant below a path lets the URIs of a template be read that lie there, and no others", async () => {
  const ctx = await tenantWithDocument(orders);
  await registerResource(ctx, {
    ...{ resource_id: "known", name: "K", type: "t", uri: "orders://shop/2026/known" },
  });
  await granted(ctx, { conditions: { path_prefix: "2026" } });
  const user = asRobot(ctx);
  expect((await listResourceCatalog(user)).templates).toHaveLength(1);
  expect(await readResource(user, "orders://shop/2026/1")).toMatchObject([{ text: "order" }]);
  expect(await readResource(user, "orders://shop/2026/%61")).toMatchObject([{ text: "order" }]);
  for (const path of ["2025/1", "20261/1", "2026%2F..%2F2025/1", "%2e%2e/1", "2026/a%2Fb"]) {
    const read = readResource(user, `orders://shop/${path}`);
    await expect(read, path).rejects.toMatchObject(missing);
    expect(await mayHearOf(user, `orders://shop/${path}`)).toBe(false);
  }
  const complete = (of: Ctx) => completeTemplateArgument(of, "orders://shop/{year}/{id}", "id", "");
  expect((await complete(user)).values).toEqual(["known"]);
  await expect(complete(asOther(ctx))).rejects.toMatchObject(missing);
  await putResourceGrants(ctx, "known", []);
  expect((await complete(user)).values).toEqual([]);
});

test("bytes under conditions that only a driver can hold to are not given, and what the registry says of it is", async () => {
  const ctx = await tenantWithDocument();
  await granted(ctx, { conditions: { max_rows: 5 } });
  await expect(readResource(asRobot(ctx), "doc://one")).rejects.toMatchObject(forbidden);
  await expect(openContent(asRobot(ctx), "doc")).rejects.toMatchObject(forbidden);
  expect((await listResourceCatalog(asRobot(ctx))).resources).toEqual([]);
  const uri = "postgres://db.example/crm";
  await registerResource(ctx, { resource_id: "crm", name: "CRM", type: "database", uri });
  await addResourceGrant(ctx, "crm", {
    ...{ subject: robot, permissions: ["read"], conditions: { tables: ["t"], max_rows: 5 } },
  });
  const [described] = await readResource(asRobot(ctx), uri);
  expect(described).toMatchObject({ mimeType: "application/json" });
  expect((await listResourceCatalog(asRobot(ctx))).resources).toMatchObject([{ uri }]);
  const database = await getResource(ctx, "crm");
  expect(await requireAccess(asRobot(ctx), database, "read", { tables: ["t"] })).toMatchObject([
    { conditions: { tables: ["t"], max_rows: 5 } },
  ]);
  const beyond = requireAccess(asRobot(ctx), database, "read", { tables: ["t", "u"] });
  await expect(beyond).rejects.toMatchObject(forbidden);
});

test("of a closed resource each change takes its permission, and nobody raises their own ceiling", async () => {
  const ctx = await tenantWithDocument();
  const input: RegisterResourceInput = {
    ...{ resource_id: "doc", name: "Mine", type: "document", uri: "doc://one" },
    access_permissions: ["read", "write", "delete", "admin"],
  };
  await granted(ctx, { permissions: ["write"] });
  const user = asRobot(ctx);
  await putContent(user, "doc", bytes);
  await expect(deleteContent(user, "doc")).rejects.toMatchObject(forbidden);
  await expect(registerResource(user, input)).rejects.toMatchObject(forbidden);
  await expect(deleteResource(user, "doc")).rejects.toMatchObject(forbidden);
  await expect(registerResource(asOther(ctx), input)).rejects.toMatchObject({ code: "conflict" });
  await granted(ctx, { permissions: ["admin", "delete"] });
  await deleteContent(asRobot(ctx), "doc");
  expect(await registerResource(asRobot(ctx), input)).toMatchObject({ name: "Mine" });
  for (const access_permissions of [
    ["read"],
    [],
    [...(input.access_permissions ?? []), "deploy"],
  ]) {
    const raised = registerResource(asRobot(ctx), { ...input, access_permissions });
    await expect(raised).rejects.toMatchObject(forbidden);
  }
  await granted(ctx, { permissions: ["write"], conditions: { path_prefix: "a" } });
  await deleteResource(asRobot(ctx), "doc");
  await expect(getResource(ctx, "doc")).rejects.toMatchObject(missing);
});

test("a tenant can close all of its resources: none is there for anybody until it is granted", async () => {
  const ctx = await tenantWithDocument();
  const { tenantId } = ctx;
  const configure = (resource_access: "open" | "granted") =>
    configureTenant(platformCtx(), {
      ...{ tenant_id: tenantId, name: tenantId, mcp_config: { resource_access } },
    });
  expect(await mayRead(asRobot(ctx))).toBe(true);
  await configure("granted");
  expect(await mayRead(asRobot(ctx))).toBe(false);
  expect(await ids(asRobot(ctx))).toEqual([]);
  expect((await listResourceCatalog(asRobot(ctx))).resources).toEqual([]);
  expect(await getResourceAccess(ctx, "doc")).toMatchObject({
    ...{ open_to: "granted", granted_only_by: "tenant" },
  });
  await granted(ctx);
  expect([await mayRead(asRobot(ctx)), await mayRead(asOther(ctx))]).toEqual([true, false]);
  expect(await ids(asRobot(ctx))).toEqual(["doc"]);
  await openResource(ctx, "doc");
  expect(await mayRead(asRobot(ctx))).toBe(false);
  await configure("open");
  expect(await mayRead(asRobot(ctx))).toBe(true);
});

test("a list of what is there pages over what is not", async () => {
  const ctx = await tenantWithDocument();
  for (const id of ["a", "b", "c", "d", "e"]) {
    await registerResource(ctx, { resource_id: id, name: id, type: "t", uri: `x://${id}` });
    if (id < "d") await putResourceGrants(ctx, id, []);
  }
  const first = await listResources(asOther(ctx), { limit: 2 });
  expect(first.items.map((r) => r.resource_id)).toEqual(["d", "doc"]);
  const rest = await listResources(asOther(ctx), { limit: 2, cursor: first.next ?? "" });
  expect(rest.items.map((r) => r.resource_id)).toEqual(["e"]);
  expect(rest.next).toBeNull();
});
