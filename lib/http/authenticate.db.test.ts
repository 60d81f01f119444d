import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createKey } from "#lib/auth/keys.ts";
import { env } from "#lib/core/env.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { identify } from "./authenticate.ts";

useTestDatabase();

const limit = env().TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE;
let right = "";

beforeAll(async () => {
  right = (await createKey(await freshTenant(), { name: "right" })).key;
});

function request(key: string | null): Request {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  return new Request("http://localhost/memory/all", { headers });
}

async function codeOf(key: string | null, ip: string | null): Promise<string> {
  return identify(request(key), ip).then(
    ({ principal }) => principal.type,
    (error: { code: string }) => error.code,
  );
}

test("an address that sent too many wrong credentials is told to wait, and how long", async () => {
  const ip = "192.0.2.1";
  const codes = [];
  for (let sent = 0; sent < limit; sent++) codes.push(await codeOf(`tsp_${"x".repeat(43)}`, ip));
  expect(new Set(codes)).toEqual(new Set(["invalid_credential"]));
  await expect(identify(request("nonsense"), ip)).rejects.toMatchObject({
    ...{ code: "rate_limited", status: 429 },
    retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60),
  });
});

test("a right credential from that address still works, and other addresses are not concerned", async () => {
  const ip = "192.0.2.2";
  for (let sent = 0; sent <= limit; sent++) await codeOf("nonsense", ip);
  expect(await codeOf("nonsense", ip)).toBe("rate_limited");
  expect(await codeOf(right, ip)).toBe("key");
  expect(await codeOf("nonsense", "192.0.2.3")).toBe("invalid_credential");
});

test("requests without a credential, with a right one or of no known address are not counted", async () => {
  const ip = "192.0.2.4";
  for (let sent = 0; sent <= limit; sent++) {
    await codeOf(null, ip);
    await codeOf(right, ip);
    await codeOf("nonsense", null);
  }
  expect(await codeOf("nonsense", ip)).toBe("invalid_credential");
  expect(await codeOf("nonsense", null)).toBe("invalid_credential");
});
