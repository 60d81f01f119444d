import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit, listPlatformAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Role } from "#lib/core/permissions.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { addMember, resetMemberPassword } from "./member-accounts.ts";
import { createFirstOperator } from "./operators.ts";
import { permissionsOf } from "./roles.ts";
import type { NewMember } from "./schema.ts";
import { signIn } from "./sign-in.ts";
import { changeMember, listMembers, removeMember } from "./tenant-members.ts";

useTestDatabase();

const caller = { requestId: "test-members", ip: null };
const newEmail = () => `${randomBytes(8).toString("hex")}@example.com`;
const operatorIn = (ctx: Ctx): Ctx => ({ ...platformCtx(), tenantId: ctx.tenantId });

/** A member of that role as the caller. */
async function memberCtx(ctx: Ctx, role: Role): Promise<Ctx> {
  const { user_id, email } = await addMember(operatorIn(ctx), { email: newEmail(), role });
  const principal = { type: "member", id: user_id, email, role } as const;
  return { ...ctx, principal, permissions: permissionsOf(role) };
}

async function join(ctx: Ctx, role: Role, email = newEmail()): Promise<NewMember> {
  return addMember(operatorIn(ctx), { email, role });
}

const missing = { code: "not_found", status: 404 };
const forbidden = { code: "forbidden", status: 403 };
const conflict = { code: "conflict", status: 409 };

test("a person who is new gets a password that signs them in; the audit log does not have it", async () => {
  const ctx = await freshTenant();
  const email = newEmail();
  const made = await addMember(ctx, { email: ` ${email.toUpperCase()} `, role: "developer" });
  expect(made).toMatchObject({ email, role: "developer" });
  expect(await signIn(caller, email, made.initial_password ?? "")).toEqual({
    outcome: "ok",
    account: { kind: "user", id: made.user_id, email, epoch: 0 },
  });
  const { items } = await listAudit(ctx, { target_id: made.user_id });
  expect(items).toMatchObject([{ action: "member.add", after: { email, role: "developer" } }]);
  const platform = await listPlatformAudit(platformCtx(), { target_id: made.user_id });
  expect(platform.items.map(({ action }) => action)).toEqual(["user.sign_in", "user.create"]);
  expect(JSON.stringify([items, platform])).not.toContain(made.initial_password);
});

test("an operator adds a person who has an account as they are, and their password stays", async () => {
  const [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const email = newEmail();
  const first = await addMember(ctx, { email, role: "viewer" });
  const second = await addMember(operatorIn(other), { email, role: "admin" });
  expect(second).toMatchObject({ user_id: first.user_id, initial_password: null, role: "admin" });
  expect(await signIn(caller, email, first.initial_password ?? "")).toMatchObject({
    outcome: "ok",
  });
  const listed = await listMembers(ctx, {});
  expect(listed.items).toMatchObject([{ email, role: "viewer" }]);
});

test("a tenant cannot add another tenant's account, whose maker may know its password", async () => {
  const [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const email = newEmail();
  const made = await addMember(ctx, { email, role: "viewer" });
  await expect(addMember(other, { email, role: "admin" })).rejects.toMatchObject(conflict);
  expect((await listMembers(other, {})).items).toEqual([]);
  // When it is nobody's any more it starts anew, and the first password is worth nothing.
  await removeMember(ctx, made.user_id);
  const again = await addMember(other, { email, role: "admin" });
  expect(again.user_id).toBe(made.user_id);
  expect(await signIn(caller, email, made.initial_password ?? "")).toEqual({ outcome: "wrong" });
  expect(await signIn(caller, email, again.initial_password ?? "")).toMatchObject({
    outcome: "ok",
  });
});

test("nobody is added twice, at the same time either, and no operator is a member", async () => {
  const ctx = await freshTenant();
  const email = newEmail();
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map(() => addMember(ctx, { email, role: "viewer" })),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await expect(addMember(ctx, { email, role: "viewer" })).rejects.toMatchObject(conflict);
  await createFirstOperator("boss@example.com", "correct horse battery");
  const operator = { email: "Boss@example.com", role: "viewer" } as const;
  await expect(addMember(ctx, operator)).rejects.toMatchObject(conflict);
});

test.each(["", "ada", "a b@c", "a@b\u0000", `${"x".repeat(250)}@example.com`])(
  "%j is no address",
  async (email) => {
    const ctx = tenantCtx("nobody");
    await expect(addMember(ctx, { email, role: "viewer" })).rejects.toMatchObject({
      ...{ code: "invalid_request", errors: [{ pointer: "/email" }] },
    });
  },
);

test("the list goes page by page in the order of addresses", async () => {
  const ctx = await freshTenant();
  const emails = Array.from({ length: 3 }, newEmail).sort();
  for (const email of emails) await join(ctx, "viewer", email);
  const first = await listMembers(ctx, { limit: 2 });
  const rest = await listMembers(ctx, { limit: 2, cursor: first.next ?? "" });
  expect([...first.items, ...rest.items].map(({ email }) => email)).toEqual(emails);
  expect(rest.next).toBeNull();
});

test("a role changes, with an entry of before and after", async () => {
  const ctx = await freshTenant();
  const { user_id } = await join(ctx, "viewer");
  expect(await changeMember(ctx, user_id, { role: "billing" })).toMatchObject({ role: "billing" });
  const { items } = await listAudit(ctx, { action: "member.change_role" });
  expect(items).toMatchObject([{ before: { role: "viewer" }, after: { role: "billing" } }]);
});

test("a membership ends, and the account stays", async () => {
  const ctx = await freshTenant();
  const { user_id, email, initial_password } = await join(ctx, "viewer");
  await removeMember(ctx, user_id);
  expect((await listMembers(ctx, {})).items).toEqual([]);
  await expect(removeMember(ctx, user_id)).rejects.toMatchObject(missing);
  expect(await signIn(caller, email, initial_password ?? "")).toMatchObject({ outcome: "ok" });
  const { items } = await listAudit(ctx, { action: "member.remove" });
  expect(items).toMatchObject([{ target_id: user_id, before: { email }, after: null }]);
});

test("another tenant's member and a missing one are the same 404", async () => {
  const [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const { user_id } = await join(other, "viewer");
  for (const id of [user_id, `usr_${"0".repeat(32)}`, "nobody", "usr_\0"]) {
    await expect(changeMember(ctx, id, { role: "admin" })).rejects.toMatchObject(missing);
    await expect(removeMember(ctx, id)).rejects.toMatchObject(missing);
    await expect(resetMemberPassword(ctx, id)).rejects.toMatchObject(missing);
  }
  expect((await listMembers(other, {})).items).toHaveLength(1);
});

test("every verb needs its permission", async () => {
  const ctx = await freshTenant();
  const { user_id } = await join(ctx, "viewer");
  const none = tenantCtx(ctx.tenantId, ["members:read"]);
  const refused = { code: "insufficient_scope", extra: { scope: "members:write" } };
  await expect(addMember(none, { email: newEmail(), role: "viewer" })).rejects.toMatchObject(
    refused,
  );
  await expect(changeMember(none, user_id, { role: "admin" })).rejects.toMatchObject(refused);
  await expect(removeMember(none, user_id)).rejects.toMatchObject(refused);
  await expect(resetMemberPassword(none, user_id)).rejects.toMatchObject(refused);
  const writer = tenantCtx(ctx.tenantId, ["members:write"]);
  await expect(listMembers(writer, {})).rejects.toMatchObject({ code: "insufficient_scope" });
});

test("owners are made and unmade by owners and operators alone, and no key is an owner", async () => {
  const ctx = await freshTenant();
  const [owner, admin] = [await memberCtx(ctx, "owner"), await memberCtx(ctx, "admin")];
  const { user_id } = await join(ctx, "owner");
  const viewer = await join(ctx, "viewer");
  for (const weak of [admin, ctx]) {
    await expect(addMember(weak, { email: newEmail(), role: "owner" })).rejects.toMatchObject(
      forbidden,
    );
    await expect(changeMember(weak, viewer.user_id, { role: "owner" })).rejects.toMatchObject(
      forbidden,
    );
    await expect(changeMember(weak, user_id, { role: "viewer" })).rejects.toMatchObject(forbidden);
    await expect(removeMember(weak, user_id)).rejects.toMatchObject(forbidden);
    await expect(resetMemberPassword(weak, user_id)).rejects.toMatchObject(forbidden);
  }
  expect(await changeMember(owner, viewer.user_id, { role: "owner" })).toMatchObject({
    role: "owner",
  });
  await removeMember(owner, user_id);
});

test("a credential makes nobody, and takes over nobody, who may do more than it", async () => {
  const ctx = await freshTenant();
  const weak = tenantCtx(ctx.tenantId, [
    "members:write",
    "tenants:read",
    "usage:read",
    "budgets:write",
  ]);
  const [admin, viewer] = [await join(ctx, "admin"), await join(ctx, "viewer")];
  const refused = { code: "insufficient_scope", status: 403 };
  await expect(addMember(weak, { email: newEmail(), role: "admin" })).rejects.toMatchObject(
    refused,
  );
  await expect(changeMember(weak, viewer.user_id, { role: "admin" })).rejects.toMatchObject(
    refused,
  );
  await expect(resetMemberPassword(weak, admin.user_id)).rejects.toMatchObject(refused);
  expect(await addMember(weak, { email: newEmail(), role: "billing" })).toMatchObject({
    role: "billing",
  });
});

test("the last owner stays, also when the last two go at the same time", async () => {
  const ctx = await freshTenant();
  const operator = operatorIn(ctx);
  const owners = [await join(ctx, "owner"), await join(ctx, "owner")];
  const outcomes = await Promise.allSettled(
    owners.map(({ user_id }, at) =>
      at === 0
        ? removeMember(operator, user_id)
        : changeMember(operator, user_id, { role: "viewer" }),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toMatchObject([{ reason: conflict }]);
  const { items } = await listMembers(ctx, {});
  expect(items.filter(({ role }) => role === "owner")).toHaveLength(1);
});

test("a tenant resets the password of people of its own alone; the operator of everybody", async () => {
  const [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  const { user_id, email } = await join(ctx, "viewer");
  const second = await resetMemberPassword(ctx, user_id);
  expect(await signIn(caller, email, second)).toMatchObject({
    outcome: "ok",
    account: { epoch: 1 },
  });
  const { items } = await listAudit(ctx, { action: "member.reset_password" });
  expect(items).toMatchObject([{ target_id: user_id }]);
  expect(JSON.stringify(items)).not.toContain(second);
  await join(other, "viewer", email);
  await expect(resetMemberPassword(ctx, user_id)).rejects.toMatchObject(conflict);
  const third = await resetMemberPassword(operatorIn(ctx), user_id);
  expect(await signIn(caller, email, second)).toEqual({ outcome: "wrong" });
  expect(await signIn(caller, email, third)).toMatchObject({ outcome: "ok" });
});
