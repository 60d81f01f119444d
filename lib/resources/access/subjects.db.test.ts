import { afterAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createKey, revokeKey } from "#lib/auth/keys.ts";
import { addMember } from "#lib/auth/member-accounts.ts";
import { changeMember, removeMember } from "#lib/auth/tenant-members.ts";
import { revokeConnectedApp } from "#lib/oauth/apps.ts";
import { createGrant } from "#lib/oauth/grants.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { checkResourceAccess } from "./explain.ts";
import { addResourceGrant, putResourceGrants } from "./grants.ts";
import type { Subject } from "./schema.ts";
import { tenantWithDocument } from "./testing.ts";

useTestDatabase();

// Notes of reads are committed after the answer; the database must not close before.
afterAll(flushLedger);

test("an application is asked about as the person it acts for, with the scopes that it was given", async () => {
  const ctx = await tenantWithDocument();
  const email = `ada-${ctx.tenantId}@example.com`;
  const { user_id } = await addMember(ctx, { email, role: "developer" });
  const { grantId } = await createGrant(ctx, {
    ...{ userType: "member", userId: user_id, userEmail: email },
    ...{ clientId: "client-1", clientName: "App", clientUri: null, logoUri: null },
    ...{ redirectUri: "http://127.0.0.1/cb", registration: "metadata" },
    ...{ resource: "https://ts.example/mcp", scopes: ["resources:read"] },
  });
  const app: Subject = { type: "client", id: grantId };
  const may = async (subject: Subject, permission = "read") =>
    (await checkResourceAccess(ctx, "doc", { permission, subject })).allowed;
  const ways: Subject[] = [
    app,
    { type: "client", id: "client-1" },
    { type: "member", id: user_id },
    { type: "role", id: "developer" },
  ];
  for (const subject of ways) {
    await putResourceGrants(ctx, "doc", [{ subject, permissions: ["read", "write"] }]);
    expect([subject.type, await may(app), await may(app, "write")]).toEqual([
      ...[subject.type, true, false],
    ]);
  }
  expect(await may({ type: "member", id: user_id }, "write")).toBe(true);
  await changeMember(ctx, user_id, { role: "viewer" });
  expect(await may(app)).toBe(false);
  await addResourceGrant(ctx, "doc", { subject: ways[0] ?? app, permissions: ["read"] });
  expect(await may(app)).toBe(true);
  await revokeConnectedApp(ctx, grantId);
  expect(await may(app)).toBe(false);
});

test("who has left, and a key that is revoked, may do nothing, whatever they were granted", async () => {
  const ctx = await tenantWithDocument();
  const email = `bob-${ctx.tenantId}@example.com`;
  const { user_id } = await addMember(ctx, { email, role: "viewer" });
  const { key_id } = await createKey(ctx, { name: "k", agent_id: "robot" });
  const member: Subject = { type: "member", id: user_id };
  const key: Subject = { type: "key", id: key_id };
  await putResourceGrants(ctx, "doc", [
    { subject: member, permissions: ["read"] },
    { subject: { type: "agent", id: "robot" }, permissions: ["read"] },
  ]);
  const may = async (subject: Subject) =>
    (await checkResourceAccess(ctx, "doc", { permission: "read", subject })).allowed;
  expect([await may(member), await may(key)]).toEqual([true, true]);
  await removeMember(ctx, user_id);
  await revokeKey(ctx, key_id);
  expect([await may(member), await may(key)]).toEqual([false, false]);
  expect(await may({ type: "key", id: "key_nobody" })).toBe(false);
});

test("whoever runs the deployment is asked about as a role, by their platform's keys too", async () => {
  const ctx = await tenantWithDocument();
  await addResourceGrant(ctx, "doc", {
    ...{ subject: { type: "role", id: "operator" }, permissions: ["write"] },
  });
  for (const subject of [
    { type: "role", id: "operator" },
    { type: "key", id: "pkey_1" },
  ] as const) {
    const answer = await checkResourceAccess(ctx, "doc", { permission: "write", subject });
    expect(answer).toMatchObject({ allowed: true, reason: "Through the grant to role operator." });
  }
});
