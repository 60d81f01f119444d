import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { connectedApps } from "#db/schema/oauth.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import { addMember } from "#lib/auth/member-accounts.ts";
import { changeMember, removeMember } from "#lib/auth/tenant-members.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { listConnectedApps, revokeConnectedApp } from "./apps.ts";
import { findGrant, holderOf } from "./grant-lookup.ts";
import { flushGrantUses, noteGrantUse } from "./grant-use.ts";
import { createGrant, endGrantOf, findAnyGrant, type NewGrant, purgeGrants } from "./grants.ts";
import { holderPermissions } from "./holder.ts";

useTestDatabase();

const grant: NewGrant = {
  userType: "member",
  userId: "user_1",
  userEmail: "ada@example.com",
  clientId: "client-1",
  clientName: "An app",
  clientUri: null,
  logoUri: null,
  redirectUri: "http://127.0.0.1/callback",
  registration: "metadata",
  resource: "https://ts.example/mcp",
  scopes: ["tools:read"],
};

const missing = { code: "not_found", status: 404 };
const lacking = { code: "insufficient_scope", status: 403 };

test("a grant is listed, found by its tokens, and audited with who gave it", async () => {
  const ctx = await freshTenant();
  const { grantId } = await createGrant(ctx, grant);
  const { items } = await listConnectedApps(ctx);
  expect(items).toMatchObject([
    {
      grant_id: grantId,
      client_name: "An app",
      scopes: ["tools:read"],
      granted_by: { type: "member", id: "user_1", email: "ada@example.com" },
      last_used_at: null,
    },
  ]);
  expect(await findGrant(ctx.tenantId, grantId)).toMatchObject({ client_id: "client-1" });
  const audit = await listAudit(ctx, { target_id: grantId });
  expect(audit.items).toMatchObject([{ action: "app.grant", after: { client_id: "client-1" } }]);
});

test("grants of another tenant are not there, and the permissions are needed", async () => {
  const [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const { grantId } = await createGrant(ctx, grant);
  expect((await listConnectedApps(other)).items).toEqual([]);
  expect(await findGrant(other.tenantId, grantId)).toBeNull();
  await expect(revokeConnectedApp(other, grantId)).rejects.toMatchObject(missing);
  await expect(revokeConnectedApp(ctx, "app_x' or 1=1")).rejects.toMatchObject(missing);
  const reader = tenantCtx(ctx.tenantId, ["apps:read"]);
  await expect(revokeConnectedApp(reader, grantId)).rejects.toMatchObject(lacking);
  const writer = tenantCtx(ctx.tenantId, ["apps:write"]);
  await expect(listConnectedApps(writer)).rejects.toMatchObject(lacking);
});

test("a revoked grant is gone at once for its tokens, and stays in the log", async () => {
  const ctx = await freshTenant();
  const { grantId } = await createGrant(ctx, grant);
  expect(await findGrant(ctx.tenantId, grantId)).not.toBeNull();
  expect(await revokeConnectedApp(ctx, grantId)).toEqual({ status: "revoked", grant_id: grantId });
  expect(await findGrant(ctx.tenantId, grantId)).toBeNull();
  expect(await findAnyGrant(grantId)).toBeNull();
  expect((await listConnectedApps(ctx)).items).toEqual([]);
  await expect(revokeConnectedApp(ctx, grantId)).rejects.toMatchObject(missing);
  const audit = await listAudit(ctx, { target_id: grantId, action: "app.revoke" });
  expect(audit.items).toMatchObject([{ before: { grant_id: grantId } }]);
});

test("a person without apps:write disconnects what they connected, and nothing else", async () => {
  const ctx = await freshTenant();
  const person = (id: string): Ctx => ({
    ...tenantCtx(ctx.tenantId, ["apps:read"]),
    principal: { type: "member", id, email: "ada@example.com", role: "viewer" },
  });
  const { grantId } = await createGrant(ctx, grant);
  await expect(revokeConnectedApp(person("user_2"), grantId)).rejects.toMatchObject(lacking);
  await revokeConnectedApp(person("user_1"), grantId);
  expect((await listConnectedApps(ctx)).items).toEqual([]);
});

test("a client that registered itself has one grant of a person; one with a document has several", async () => {
  const ctx = await freshTenant();
  const dynamic: NewGrant = { ...grant, registration: "dynamic", clientId: "client-d" };
  const old = await createGrant(ctx, dynamic);
  await createGrant(ctx, { ...dynamic, userId: "user_2" });
  await createGrant(ctx, dynamic);
  await createGrant(ctx, grant);
  await createGrant(ctx, grant);
  const { items } = await listConnectedApps(ctx);
  expect(items.map(({ grant_id }) => grant_id)).not.toContain(old.grantId);
  expect(items).toHaveLength(4);
});

test("the authorization server ends a grant in the name of its client", async () => {
  const ctx = await freshTenant();
  const { grantId } = await createGrant(ctx, grant);
  await endGrantOf(grantId);
  await endGrantOf(grantId);
  expect(await findGrant(ctx.tenantId, grantId)).toBeNull();
  const audit = await listAudit(ctx, { target_id: grantId, action: "app.revoke" });
  expect(audit.items).toMatchObject([{ principal_type: "client", principal_id: grantId }]);
});

test("the list pages, and a use is written down", async () => {
  const ctx = await freshTenant();
  for (let count = 0; count < 3; count++) await createGrant(ctx, grant);
  const first = await listConnectedApps(ctx, { limit: 2 });
  const second = await listConnectedApps(ctx, { limit: 2, cursor: first.next ?? "" });
  expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
  const used = first.items[0]?.grant_id ?? "";
  noteGrantUse(ctx.tenantId, used);
  await flushGrantUses();
  const { items } = await listConnectedApps(ctx);
  expect(items.filter((item) => item.last_used_at !== null)).toMatchObject([{ grant_id: used }]);
});

test("what a member let in stays out when they are removed and added again", async () => {
  const ctx = await freshTenant();
  const joined = await addMember(ctx, { email: "mallory@example.com", role: "developer" });
  const { grantId } = await createGrant(ctx, { ...grant, userId: joined.user_id });
  const may = async () => {
    const found = await findGrant(ctx.tenantId, grantId);
    return found ? (await holderPermissions(holderOf(found), ctx.tenantId)).size : 0;
  };
  expect(await may()).toBeGreaterThan(0);
  await removeMember(ctx, joined.user_id);
  expect(await may()).toBe(0);
  expect((await listConnectedApps(ctx)).items).toEqual([]);
  await addMember(ctx, { email: "mallory@example.com", role: "developer" });
  expect(await may()).toBe(0);
});

test("a person's permissions are those of their role now, and none once they left", async () => {
  const ctx = await freshTenant();
  const { user_id } = await addMember(ctx, { email: "eve@example.com", role: "developer" });
  const may = () => holderPermissions({ type: "member", id: user_id }, ctx.tenantId);
  expect((await may()).has("tools:call")).toBe(true);
  await changeMember(ctx, user_id, { role: "viewer" });
  expect((await may()).has("tools:call")).toBe(false);
  expect((await may()).has("tools:read")).toBe(true);
  await removeMember(ctx, user_id);
  expect((await may()).size).toBe(0);
  expect((await holderPermissions({ type: "operator", id: "op_no" }, ctx.tenantId)).size).toBe(0);
});

test("rows of grants that ended long ago are deleted, younger ones kept", async () => {
  const ctx = await freshTenant();
  const old = await createGrant(ctx, grant);
  const young = await createGrant(ctx, grant);
  const ended = (days: number, grantId: string) =>
    withTenant(ctx.tenantId, (tx) =>
      tx
        .update(connectedApps)
        .set({ revokedAt: new Date(Date.now() - days * 24 * 3600_000) })
        .where(eq(connectedApps.grantId, grantId)),
    );
  await ended(100, old.grantId);
  await ended(10, young.grantId);
  await purgeGrants();
  const rows = await withTenant(ctx.tenantId, (tx) => tx.select().from(connectedApps));
  expect(rows.map((row) => row.grantId)).toEqual([young.grantId]);
});
