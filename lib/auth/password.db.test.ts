import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listPlatformAudit } from "#lib/audit/service.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { findSignedIn } from "./accounts.ts";
import { createFirstOperator } from "./operators.ts";
import { changeOwnPassword } from "./password.ts";
import { signIn } from "./sign-in.ts";

useTestDatabase();

const email = `${randomBytes(6).toString("hex")}@example.com`;
const caller = { requestId: "test-password", ip: null };
const first = "the first password";
const second = "the second password";
let operator: PlatformCtx;
let epoch: number;

beforeAll(async () => {
  expect(await createFirstOperator(email, first)).toBe(true);
  const result = await signIn(caller, email, first);
  if (result.outcome !== "ok") throw new Error("The operator could not sign in");
  const { id } = result.account;
  epoch = result.account.epoch;
  operator = { ...platformCtx(), principal: { type: "operator", id, email } };
});

const change = (current_password: string, new_password: string, ctx: PlatformCtx = operator) =>
  changeOwnPassword(ctx, { current_password, new_password });

test("a wrong current password changes nothing and says which field is wrong", async () => {
  await expect(change("not the password", second)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/current_password", message: "is not your password" }],
  });
  expect(await signIn(caller, email, first)).toMatchObject({ outcome: "ok" });
});

test("a new password of fewer than ten characters is refused", async () => {
  await expect(change(first, "too short")).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/new_password", message: "must have at least 10 characters" }],
  });
});

test("a key and a caller without platform:write cannot change a password", async () => {
  await expect(change(first, second, platformCtx())).rejects.toMatchObject({ code: "forbidden" });
  const reader = { ...operator, permissions: platformCtx(["platform:read"]).permissions };
  await expect(change(first, second, reader)).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});

test("the new password works alone, sessions of before end, and the audit log says so", async () => {
  await change(first, second);
  expect(await signIn(caller, email, first)).toEqual({ outcome: "wrong" });
  expect(await signIn(caller, email, second)).toMatchObject({ outcome: "ok" });
  const { id } = operator.principal;
  // An operator's identity is kept for a second at most.
  await expect
    .poll(() => findSignedIn({ kind: "operator", id, epoch }), { timeout: 5000 })
    .toBeNull();
  const { items } = await listPlatformAudit(operator, { target_id: id });
  const actions = items.map((entry) => entry.action);
  expect(actions).toContain("operator.change_password");
  expect(actions).toContain("operator.confirm_password_failed");
  expect(JSON.stringify(items)).not.toMatch(/argon2|the (first|second) password/);
});

test("wrong current passwords lock the account like wrong sign-ins do", async () => {
  for (let attempt = 0; attempt < 5; attempt++) {
    await change("not the password", first).catch(() => undefined);
  }
  await expect(change(second, first)).rejects.toMatchObject({ code: "rate_limited" });
  expect(await signIn(caller, email, second)).toMatchObject({ outcome: "locked" });
});
