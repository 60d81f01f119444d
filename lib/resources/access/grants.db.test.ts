import { afterAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { deleteResource, getResource, registerResource } from "../service.ts";
import { checkResourceAccess, getOwnAccess, getResourceAccess } from "./explain.ts";
import {
  addResourceGrant,
  listResourceGrants,
  openResource,
  putResourceGrant,
  putResourceGrants,
  revokeResourceGrant,
} from "./grants.ts";
import type { GrantInput } from "./schema.ts";
import { keyAs, tenantWithDocument } from "./testing.ts";

useTestDatabase();

// Notes of reads are committed after the answer; the database must not close before.
afterAll(flushLedger);

const robot: GrantInput = { subject: { type: "agent", id: "robot" }, permissions: ["read"] };
const viewers: GrantInput = { subject: { type: "role", id: "viewer" }, permissions: ["read"] };
const missing = { code: "not_found", status: 404 };

async function actions(ctx: Ctx): Promise<string[]> {
  const { items } = await listAudit(ctx, { target_id: "doc" });
  return items.map(({ action }) => action).reverse();
}

test("a grant is made, replaced and revoked, and each is in the audit log with what it was", async () => {
  const ctx = await tenantWithDocument();
  const made = await addResourceGrant(ctx, "doc", {
    ...robot,
    conditions: { path_prefix: "/reports/2026/", tables: ["u", "t", "u"], max_rows: 5 },
    expires_at: "2100-01-01T00:00:00+02:00",
  });
  expect(made).toEqual({
    grant_id: expect.stringMatching(/^grant_/),
    resource_id: "doc",
    ...{ subject: robot.subject, permissions: ["read"] },
    conditions: { path_prefix: "reports/2026", tables: ["t", "u"], max_rows: 5 },
    expires_at: "2099-12-31T22:00:00.000Z",
    status: "active",
    granted_by: { type: "key", id: "key_test" },
    ...{ created_at: expect.any(String), updated_at: expect.any(String) },
  });
  expect(await listResourceGrants(ctx, "doc")).toEqual([made]);
  const changed = await putResourceGrant(ctx, "doc", made.grant_id, viewers);
  expect(changed).toMatchObject({ ...viewers, grant_id: made.grant_id, conditions: {} });
  await revokeResourceGrant(ctx, "doc", made.grant_id);
  expect(await listResourceGrants(ctx, "doc")).toEqual([]);
  expect(await actions(ctx)).toEqual([
    ...["resource.create", "resource.grant", "resource.change_grant", "resource.revoke"],
  ]);
  const { items } = await listAudit(ctx, { action: "resource.change_grant" });
  expect(items).toMatchObject([{ before: robot, after: viewers }]);
});

test("a set of grants replaces the one before, and what it holds already stays as it was", async () => {
  const ctx = await tenantWithDocument();
  const [first] = await putResourceGrants(ctx, "doc", [robot, robot]);
  const both = await putResourceGrants(ctx, "doc", [viewers, { ...robot, conditions: {} }]);
  expect(both).toHaveLength(2);
  expect(both).toContainEqual(first);
  expect(await putResourceGrants(ctx, "doc", both)).toEqual(both);
  expect(await putResourceGrants(ctx, "doc", [])).toEqual([]);
  const recorded = (await actions(ctx)).slice(1).sort();
  expect(recorded).toEqual([
    ...["resource.grant", "resource.grant", "resource.revoke", "resource.revoke"],
    ...Array(4).fill("resource.set_grants"),
  ]);
});

test("the first grant closes a resource, taking the last one away leaves it closed, and opening is an act of its own", async () => {
  const ctx = await tenantWithDocument();
  const other = () => getResource(keyAs(ctx, { id: "key_other" }), "doc");
  expect(await other()).toMatchObject({ resource_id: "doc" });
  const { grant_id } = await addResourceGrant(ctx, "doc", robot);
  await expect(other()).rejects.toMatchObject(missing);
  await revokeResourceGrant(ctx, "doc", grant_id);
  await expect(other()).rejects.toMatchObject(missing);
  await openResource(ctx, "doc");
  expect(await other()).toMatchObject({ resource_id: "doc" });
  expect((await actions(ctx)).at(-1)).toBe("resource.open");
  await putResourceGrants(ctx, "doc", []);
  await expect(other()).rejects.toMatchObject(missing);
});

test("with a resource go its grants: registered anew, it is open", async () => {
  const ctx = await tenantWithDocument();
  await addResourceGrant(ctx, "doc", robot);
  await deleteResource(ctx, "doc");
  await registerResource(ctx, { resource_id: "doc", name: "D", type: "t", uri: "doc://new" });
  expect(await listResourceGrants(ctx, "doc")).toEqual([]);
  expect(await getResource(keyAs(ctx, { id: "key_other" }), "doc")).toMatchObject({ name: "D" });
});

test("a foreign tenant's resource and a missing one answer the same 404, whatever is asked of their grants", async () => {
  const ctx = await tenantWithDocument();
  const { grant_id } = await addResourceGrant(ctx, "doc", robot);
  const foreign = await freshTenant();
  for (const [of, id] of [
    [foreign, "doc"],
    [ctx, "nowhere"],
    [ctx, "nul\0"],
  ] as const) {
    for (const refused of [
      () => listResourceGrants(of, id),
      () => addResourceGrant(of, id, robot),
      () => putResourceGrants(of, id, [robot]),
      () => putResourceGrant(of, id, grant_id, robot),
      () => revokeResourceGrant(of, id, grant_id),
      () => openResource(of, id),
      () => getResourceAccess(of, id),
      () => checkResourceAccess(of, id, { permission: "read" }),
      () => getOwnAccess(of, `doc://${id}`),
    ]) {
      await expect(refused()).rejects.toMatchObject(missing);
    }
  }
  const unknown = ["grant_0", `grant_${"0".repeat(32)}`, "nul\0"];
  for (const id of unknown) {
    await expect(revokeResourceGrant(ctx, "doc", id)).rejects.toMatchObject(missing);
    await expect(putResourceGrant(ctx, "doc", id, robot)).rejects.toMatchObject(missing);
  }
  expect(await listResourceGrants(ctx, "doc")).toHaveLength(1);
});

test("to change grants takes resources:govern, to ask about them resources:read", async () => {
  const ctx = await tenantWithDocument();
  const { grant_id } = await addResourceGrant(ctx, "doc", robot);
  const user = keyAs(ctx, { id: "key_a", agentId: "robot" });
  const writer = keyAs(ctx, { id: "key_a", agentId: "robot" }, ["resources:write"]);
  for (const refused of [
    () => addResourceGrant(user, "doc", viewers),
    () => putResourceGrants(user, "doc", [viewers]),
    () => putResourceGrant(user, "doc", grant_id, viewers),
    () => revokeResourceGrant(user, "doc", grant_id),
    () => openResource(user, "doc"),
    () => listResourceGrants(writer, "doc"),
    () => getResourceAccess(writer, "doc"),
    () => checkResourceAccess(writer, "doc", { permission: "read" }),
    () => getOwnAccess(writer, "doc://one"),
  ]) {
    await expect(refused()).rejects.toMatchObject({ code: "insufficient_scope", status: 403 });
  }
  expect(await listResourceGrants(user, "doc")).toHaveLength(1);
});

test.each([
  [{ permissions: [] }, "/permissions"],
  [{ permissions: ["Read"] }, "/permissions/0"],
  [{ subject: { type: "role", id: "king" } }, "/subject/id"],
  [{ subject: { type: "key", id: "tsk_tenant_secret" } }, "/subject/id"],
  [{ subject: { type: "member", id: "ada@example.com" } }, "/subject/id"],
  [{ subject: { type: "team", id: "x" } }, "/subject/type"],
  [{ conditions: { path_prefix: "../etc" } }, "/conditions/path_prefix"],
  [{ conditions: { path_prefix: "/" } }, "/conditions/path_prefix"],
  [{ conditions: { tables: [] } }, "/conditions/tables"],
  [{ conditions: { max_rows: 0 } }, "/conditions/max_rows"],
  [{ conditions: { rows_max: 5 } }, "/conditions"],
  [{ expires_at: "2020-01-01T00:00:00Z" }, "/expires_at"],
])("a grant of %j is refused at %s", async (wrong, pointer) => {
  const ctx = await tenantWithDocument();
  const grant = { ...robot, ...wrong } as GrantInput;
  await expect(addResourceGrant(ctx, "doc", grant)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer, message: expect.any(String) }],
  });
});

test("grants are bounded for each resource, also when many are made at a time", async () => {
  const ctx = await tenantWithDocument();
  const agents = (count: number, from = 0): GrantInput[] =>
    Array.from({ length: count }, (_, at) => ({
      ...robot,
      subject: { type: "agent", id: `robot-${from + at}` },
    }));
  await putResourceGrants(ctx, "doc", agents(195));
  const outcomes = await Promise.allSettled(
    agents(10, 1_000).map((grant) => addResourceGrant(ctx, "doc", grant)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(5);
  expect(refused[0]).toMatchObject({
    reason: { code: "limit_exceeded", extra: { limit: "resource_grants", value: 200 } },
  });
  await expect(putResourceGrants(ctx, "doc", agents(201))).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("who can do what is explained: through which grant, and which ceiling, time or scope cut it", async () => {
  const ctx = await tenantWithDocument({ access_permissions: ["read", "write"] });
  const reader = await createKey(ctx, { name: "reader", scopes: ["resources:read"] });
  const subject = { type: "key", id: reader.key_id } as const;
  const read = await addResourceGrant(ctx, "doc", { subject, permissions: ["read", "write"] });
  const agent = await addResourceGrant(ctx, "doc", {
    ...robot,
    ...{ permissions: ["read", "deploy"], conditions: { max_rows: 5 } },
  });
  // As time would make it.
  const set = (await listResourceGrants(ctx, "doc")).concat({
    ...{ ...agent, expires_at: "2020-01-01T00:00:00.000Z" },
    subject: { type: "role", id: "viewer" },
  });
  await putResourceGrants(ctx, "doc", set);
  const access = await getResourceAccess(ctx, "doc");
  expect(access).toMatchObject({
    ...{ resource_id: "doc", open_to: "granted", granted_only_by: "resource" },
    ceiling: ["read", "write"],
    grants: [{ status: "active" }, { status: "active" }, { status: "expired" }],
  });
  const of = (type: string) =>
    access.subjects.find((each) => each.subject.type === type)?.permissions;
  expect(of("key")).toEqual([
    {
      ...{ permission: "read", allowed: true, grants: [read.grant_id], conditions: [{}] },
      reason: `Through the grant to key ${reader.key_id}.`,
    },
    {
      ...{ permission: "write", allowed: false, grants: [read.grant_id], conditions: [] },
      reason: expect.stringContaining("lacks the scope resources:write"),
    },
  ]);
  expect(of("agent")).toMatchObject([
    { permission: "read", allowed: true, conditions: [{ max_rows: 5 }] },
    {
      ...{ permission: "deploy", allowed: false },
      reason: expect.stringContaining("does not offer"),
    },
  ]);
  expect(of("role")).toMatchObject([
    { permission: "read", allowed: false, reason: expect.stringContaining("expired") },
    { permission: "deploy", allowed: false },
  ]);
  expect(access.you.every(({ allowed }) => !allowed)).toBe(true);
  expect(access.summary.join(" ")).toContain("deploy");
});

test("one question is answered for the caller or another, for what is asked of it; those about others are audited", async () => {
  const ctx = await tenantWithDocument();
  await addResourceGrant(ctx, "doc", {
    ...robot,
    ...{ permissions: ["read", "export"], conditions: { tables: ["t"], columns_hidden: ["pin"] } },
  });
  await registerResource(ctx, {
    ...{ resource_id: "doc", name: "D", type: "database", uri: "doc://one" },
    access_permissions: ["read", "export"],
  });
  const user = keyAs(ctx, { id: "key_a", agentId: "robot" }, ["resources:read"]);
  const ask = async (rest: object, permission = "read") =>
    (await checkResourceAccess(user, "doc", { permission, ...rest })).allowed;
  expect(await ask({})).toBe(true);
  expect(await ask({ tables: ["t"], columns: ["t.name"], rows: 10 })).toBe(true);
  expect(await ask({ tables: ["t", "u"] })).toBe(false);
  expect(await ask({ columns: ["t.pin"] })).toBe(false);
  // A word of the tenant's own, for its tools to check.
  expect(await ask({}, "export")).toBe(true);
  expect(await ask({}, "import")).toBe(false);
  expect((await actions(ctx)).includes("resource.check")).toBe(false);
  const answer = await checkResourceAccess(ctx, "doc", {
    ...{ permission: "read", subject: { type: "agent", id: "other" } },
  });
  expect(answer).toEqual({
    ...{ resource_id: "doc", permission: "read", allowed: false, grants: [], conditions: [] },
    subject: { type: "agent", id: "other" },
    reason: 'No grant gives "read".',
  });
  expect((await listAudit(ctx, { action: "resource.check" })).items).toMatchObject([
    { target_id: "doc", after: { permission: "read", allowed: false, subject: { id: "other" } } },
  ]);
  await flushLedger();
  const { total } = await reportUsage(ctx, { kind: "resource_read" });
  expect(total.calls).toBeGreaterThanOrEqual(7);
});

test("a caller learns what it may do with a URI; of what is open, all that its scopes allow", async () => {
  const ctx = await tenantWithDocument();
  const reader = keyAs(ctx, { id: "key_a" }, ["resources:read"]);
  const own = await getOwnAccess(reader, "doc://one");
  expect(own).toMatchObject({ resource_id: "doc", uri: "doc://one" });
  const allowed = own.permissions.filter((each) => each.allowed);
  expect(allowed.map(({ permission }) => permission)).toEqual(["read"]);
  const write = own.permissions.find(({ permission }) => permission === "write");
  expect(write?.reason).toContain("resources:write");
  expect((await getResourceAccess(reader, "doc")).open_to).toBe("tenant");
  await addResourceGrant(ctx, "doc", robot);
  await expect(getOwnAccess(reader, "doc://one")).rejects.toMatchObject(missing);
});
