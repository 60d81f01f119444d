import { encode } from "next-auth/jwt";
import { beforeEach, expect, test, vi } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listPlatformAudit } from "#lib/audit/service.ts";
import { env } from "#lib/core/env.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { changePassword, type SignedIn } from "./accounts.ts";
import { createFirstOperator, hasNoOperator } from "./operators.ts";
import { identifySession, sessionCookie, sessionSecret } from "./session-token.ts";
import { signIn } from "./sign-in.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
});

useTestDatabase();

/** Each test has an IP address of its own, so that none counts the failures of another. */
const caller = { requestId: "test-operators", ip: "192.0.2.0" };
let tests = 0;
const email = "ada@example.com";
const password = "correct horse battery";

const attempt = (given = "wrong") => signIn(caller, email, given);
const wrong = { outcome: "wrong" };

beforeEach(async () => {
  caller.ip = `192.0.2.${++tests}`;
  await createFirstOperator(email, password);
  await database().owner`update operators set failed_sign_ins = 0, locked_until = null`;
});

async function fail(times: number): Promise<void> {
  for (let at = 0; at < times; at++) expect(await attempt()).toEqual(wrong);
}

/** What the clock does: the lock's end is moved into the past. */
async function waitOut(): Promise<void> {
  await database().owner`update operators set locked_until = now() - interval '1 second'`;
}

async function lockSeconds(): Promise<number> {
  const result = await attempt(password);
  return result.outcome === "locked" ? result.retryAfterSeconds : 0;
}

async function operator(): Promise<SignedIn> {
  const result = await attempt(password);
  if (result.outcome !== "ok") throw new Error(`The operator could not sign in: ${result.outcome}`);
  return result.account;
}

test("of processes that start together on an empty deployment, one makes the first operator", async () => {
  await database().owner`delete from operators`;
  expect(await hasNoOperator()).toBe(true);
  const made = await Promise.all(
    Array.from({ length: 4 }, (_, at) => createFirstOperator(`${at}@example.com`, password)),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await hasNoOperator()).toBe(false);
  await database().owner`delete from operators`;
});

test("the right password signs in, however the address is written", async () => {
  for (const written of [email, " Ada@Example.COM "]) {
    expect(await signIn(caller, written, password)).toEqual({
      outcome: "ok",
      account: { kind: "operator", id: expect.stringMatching(/^op_/), email, epoch: 0 },
    });
  }
});

test("a wrong password and an unknown address answer the same", async () => {
  expect(await attempt()).toEqual(wrong);
  expect(await attempt("")).toEqual(wrong);
  expect(await signIn(caller, "nobody@example.com", password)).toEqual(wrong);
  expect(await signIn(caller, "nul\0@example.com", password)).toEqual(wrong);
});

test("five failures lock the account for a minute, for the right password too", async () => {
  await fail(5);
  expect(await lockSeconds()).toBeGreaterThan(55);
  expect(await lockSeconds()).toBeLessThanOrEqual(60);
});

test("an address that nobody has is locked as an account is", async () => {
  const ofNobody = () => signIn(caller, "Stranger@example.com", password);
  const outcomes = await Promise.all(Array.from({ length: 12 }, ofNobody));
  expect(outcomes.filter((result) => result.outcome === "locked")).toHaveLength(7);
  expect(await ofNobody()).toEqual({ outcome: "locked", retryAfterSeconds: 60 });
});

test("an IP address that tried too many accounts is shut out, others are not", async () => {
  const limit = env().TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE;
  const stranger = (at: number) => signIn(caller, `${at}@spray.example`, password);
  const tried = await Promise.all(Array.from({ length: limit }, (_, at) => stranger(at)));
  expect(new Set(tried.map(({ outcome }) => outcome))).toEqual(new Set(["wrong"]));
  expect(await attempt(password)).toEqual({
    outcome: "locked",
    retryAfterSeconds: expect.any(Number),
  });
  expect(await signIn({ ...caller, ip: "198.51.100.1" }, email, password)).toMatchObject({
    outcome: "ok",
  });
});

test("each further failure doubles the lock, up to an hour", async () => {
  await fail(5);
  for (const seconds of [120, 240, 480, 960, 1920, 3600, 3600]) {
    await waitOut();
    await fail(1);
    const locked = await lockSeconds();
    expect(locked).toBeGreaterThan(seconds - 5);
    expect(locked).toBeLessThanOrEqual(seconds);
  }
});

test("when the lock is over the right password signs in, and failures count from nought", async () => {
  await fail(5);
  await waitOut();
  expect(await attempt(password)).toMatchObject({ outcome: "ok" });
  await fail(4);
  expect(await attempt(password)).toMatchObject({ outcome: "ok" });
});

test("attempts at the same time are all counted: five are tried and the rest find a lock", async () => {
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => attempt()));
  expect(outcomes.filter((result) => result.outcome === "wrong")).toHaveLength(5);
  expect(outcomes.filter((result) => result.outcome === "locked")).toHaveLength(7);
});

test("sign-ins and failures are in the deployment's audit log, with address and without password", async () => {
  await attempt("hunter2-hunter2");
  const { id } = await operator();
  const { items } = await listPlatformAudit(platformCtx(), { target_id: id, limit: 2 });
  expect(items).toMatchObject([
    { action: "operator.sign_in", principal_id: id, ip: caller.ip },
    { action: "operator.sign_in_failed", after: { failures: 1, locked_seconds: 0 } },
  ]);
  expect(JSON.stringify(items)).not.toMatch(/hunter2|correct horse/);
});

test("the password is stored as argon2id", async () => {
  const [row] = await database().owner`select password_hash from operators`;
  expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

async function cookie(claims: Record<string, unknown>, secret = sessionSecret(), maxAge = 60) {
  const token = await encode({ token: claims, secret, maxAge });
  return `theme=dark; ${sessionCookie}=${token}; other=1`;
}

const claimsOf = ({ kind, id, epoch }: SignedIn) => ({ sub: id, kind, email, epoch });

test("a session's cookie identifies its operator, who may do everything in every tenant", async () => {
  const signedIn = await operator();
  expect(await identifySession(await cookie(claimsOf(signedIn)))).toEqual({
    principal: { type: "operator", id: signedIn.id, email },
    permissions: new Set(allPermissions),
    tenantId: null,
  });
});

test("a session that is forged, altered, too old, incomplete or of nobody is none", async () => {
  const signedIn = await operator();
  const claims = claimsOf(signedIn);
  const good = await cookie(claims);
  for (const header of [
    "",
    "theme=dark",
    `${sessionCookie}=`,
    `${sessionCookie}=garbage`,
    good.replace(/.(?=.{9}; other)/, (letter) => (letter === "A" ? "B" : "A")),
    good.replace(sessionCookie, "session"),
    await cookie(claims, "another secret"),
    await cookie(claims, sessionSecret(), -60),
    await cookie({ ...claims, epoch: undefined }),
    await cookie({ ...claims, epoch: "0" }),
    await cookie({ ...claims, sub: "op_nobody" }),
    await cookie({ ...claims, kind: "user" }),
    await cookie({ ...claims, epoch: signedIn.epoch + 1 }),
  ]) {
    expect(await identifySession(header), header.slice(0, 60)).toBeNull();
  }
});

test("a new password ends every session of before at once, and unlocks the account", async () => {
  const signedIn = await operator();
  const header = await cookie(claimsOf(signedIn));
  expect(await identifySession(header)).not.toBeNull();
  await fail(5);
  await changePassword(platformCtx(), "operator", signedIn.id, "another horse battery");
  expect(await identifySession(header)).toBeNull();
  const next = await attempt("another horse battery");
  expect(next).toMatchObject({ outcome: "ok", account: { epoch: signedIn.epoch + 1 } });
});
