import { randomBytes } from "node:crypto";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { deleteTenant, setTenantStatus } from "#lib/admin/tenants.ts";
import { startBus } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { tenantFor } from "./identity.ts";
import { addMember, resetMemberPassword } from "./member-accounts.ts";
import { bindToTenant, membershipsOf } from "./members.ts";
import { changeOwnPassword } from "./password.ts";
import { permissionsOf } from "./roles.ts";
import type { NewMember } from "./schema.ts";
import { identifySession, sessionCookie, sessionSecret } from "./session-token.ts";
import { signIn } from "./sign-in.ts";
import { changeMember, removeMember } from "./tenant-members.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
});

useTestDatabase();

const caller = { requestId: "test-memberships", ip: null };
let a: Ctx;
let b: Ctx;
let stopBus: () => Promise<void>;

beforeAll(async () => {
  [a, b] = await Promise.all([freshTenant(), freshTenant()]);
  stopBus = await startBus();
});

afterAll(() => stopBus());

async function person(...tenants: Ctx[]): Promise<NewMember> {
  const email = `${randomBytes(8).toString("hex")}@example.com`;
  const first = await addMember(tenants[0] ?? a, { email, role: "developer" });
  for (const ctx of tenants.slice(1)) {
    await addMember({ ...platformCtx(), tenantId: ctx.tenantId }, { email, role: "viewer" });
  }
  return first;
}

async function cookieOf({ user_id, email }: NewMember, epoch = 0): Promise<string> {
  const token = { sub: user_id, email, epoch, kind: "user" };
  return `${sessionCookie}=${await encode({ token, secret: sessionSecret(), maxAge: 60 })}`;
}

async function identityOf(of: NewMember) {
  const identity = await identifySession(await cookieOf(of));
  if (!identity) throw new Error("The session is none");
  return identity;
}

const ids = async (of: NewMember) =>
  (await membershipsOf(of.user_id)).map(({ tenantId }) => tenantId as string);
const wrongTenant = { code: "wrong_tenant", status: 403 };

test("a member's session is of no tenant and may do nothing until it is bound to one", async () => {
  const somebody = await person(a);
  const identity = await identityOf(somebody);
  expect(identity).toEqual({
    principal: { type: "member", id: somebody.user_id, email: somebody.email, role: null },
    permissions: new Set(),
    tenantId: null,
  });
  expect(() => tenantFor(identity, a.tenantId)).toThrow(
    expect.objectContaining({ code: "forbidden" }),
  );
});

test("bound to a tenant, it has the role's permissions there; nowhere else it is let in", async () => {
  const somebody = await person(a);
  const identity = await identityOf(somebody);
  for (const named of [a.tenantId, null]) {
    expect(await bindToTenant(identity, named)).toMatchObject({
      principal: { type: "member", id: somebody.user_id, role: "developer" },
      permissions: permissionsOf("developer"),
      tenantId: a.tenantId,
    });
  }
  for (const named of [b.tenantId, "", "default", "nul\0"]) {
    await expect(bindToTenant(identity, named)).rejects.toMatchObject(wrongTenant);
  }
});

test("who belongs to several tenants has to name one", async () => {
  const identity = await identityOf(await person(a, b));
  await expect(bindToTenant(identity, null)).rejects.toMatchObject({ code: "invalid_request" });
  const { permissions } = await bindToTenant(identity, b.tenantId);
  expect(permissions).toEqual(permissionsOf("viewer"));
});

test("who belongs to no tenant is not asked to name one", async () => {
  const somebody = await person(a);
  await removeMember(a, somebody.user_id);
  await expect(bindToTenant(await identityOf(somebody), null)).rejects.toMatchObject(wrongTenant);
});

test("memberships are the active tenants, with role and permissions", async () => {
  const closed = await freshTenant();
  const somebody = await person(a, b, closed);
  await setTenantStatus(platformCtx(), closed.tenantId, "suspended");
  const memberships = await membershipsOf(somebody.user_id);
  expect(memberships.map(({ tenantId }) => tenantId)).toEqual([a.tenantId, b.tenantId].sort());
  expect(memberships.find(({ tenantId }) => tenantId === b.tenantId)).toEqual({
    tenantId: b.tenantId,
    tenantName: b.tenantId,
    role: "viewer",
    permissions: permissionsOf("viewer"),
  });
});

test("a new role, a removal and the tenant's end hold at once", async () => {
  const gone = await freshTenant();
  const somebody = await person(a, b, gone);
  expect(await ids(somebody)).toHaveLength(3);
  await changeMember(b, somebody.user_id, { role: "admin" });
  const role = (await membershipsOf(somebody.user_id)).find((m) => m.tenantId === b.tenantId)?.role;
  expect(role).toBe("admin");
  await removeMember(a, somebody.user_id);
  await deleteTenant(platformCtx(), gone.tenantId);
  expect(await ids(somebody)).toEqual([b.tenantId]);
});

test("a removal that no notice tells of holds after a second", async () => {
  const somebody = await person(a, b);
  expect(await ids(somebody)).toHaveLength(2);
  await database()
    .owner`delete from tenant_members where user_id = ${somebody.user_id} and tenant_id = ${a.tenantId}`;
  await expect.poll(() => ids(somebody), { timeout: 3000 }).toEqual([b.tenantId]);
});

test("a new password ends the sessions of before, whoever sets it", async () => {
  const somebody = await person(a);
  expect(await identifySession(await cookieOf(somebody))).not.toBeNull();
  const password = await resetMemberPassword(a, somebody.user_id);
  expect(await identifySession(await cookieOf(somebody))).toBeNull();
  const { user_id: id, email } = somebody;
  const own = {
    ...platformCtx([]),
    principal: { type: "member", id, email, role: null },
  } as const;
  await changeOwnPassword(own, { current_password: password, new_password: "their own words" });
  expect(await identifySession(await cookieOf(somebody, 1))).toBeNull();
  expect(await signIn(caller, email, "their own words")).toMatchObject({ outcome: "ok" });
  expect(await identifySession(await cookieOf(somebody, 2))).not.toBeNull();
});

test("five wrong passwords lock a user's account as they do an operator's", async () => {
  const { email, initial_password } = await person(a);
  for (let at = 0; at < 5; at++) {
    expect(await signIn(caller, email, "wrong")).toEqual({ outcome: "wrong" });
  }
  expect(await signIn(caller, email, initial_password ?? "")).toMatchObject({ outcome: "locked" });
});

test("a user's session is no operator's, whatever it says it is", async () => {
  const { user_id, email } = await person(a);
  const token = { sub: user_id, email, epoch: 0, kind: "operator" };
  const cookie = await encode({ token, secret: sessionSecret(), maxAge: 60 });
  expect(await identifySession(`${sessionCookie}=${cookie}`)).toBeNull();
});
