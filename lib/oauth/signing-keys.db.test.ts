import { expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listPlatformAudit } from "#lib/audit/service.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { deleteArtifact, findArtifact, purgeArtifacts, saveArtifact } from "./artifacts.ts";
import { rotateOldSigningKeys, rotateSigningKeys, signingKeySet } from "./signing-keys.ts";

useTestDatabase();

test("there is a key to sign with and the next one; rotation moves each on and makes another", async () => {
  const before = await signingKeySet();
  expect([...before.publicKeys.keys()]).toHaveLength(2);
  const next = before.jwks[1]?.kid;
  const { keys } = await rotateSigningKeys(platformCtx());
  expect(keys.find(({ state }) => state === "current")?.key_id).toBe(next);
  expect(keys.map(({ state }) => state).sort()).toEqual(["current", "next", "retired"]);
  const after = await signingKeySet();
  expect(after.currentKeyId).toBe(next);
  expect(after.publicKeys.has(before.currentKeyId)).toBe(true);
  expect(after.version).not.toBe(before.version);
  const { items } = await listPlatformAudit(platformCtx(), { action: "oauth_key.rotate" });
  expect(items[0]?.target_id).toBe(next);
  expect(JSON.stringify(items)).not.toContain('"d"');
});

test("a retired key is forgotten a day later, and keys rotate by themselves after 30 days", async () => {
  const { currentKeyId } = await signingKeySet();
  await rotateOldSigningKeys();
  expect((await signingKeySet()).currentKeyId).toBe(currentKeyId);
  const { owner } = database();
  await owner`update oauth_keys set retired_at = now() - interval '25 hours' where state = 'retired'`;
  await owner`update oauth_keys set activated_at = now() - interval '31 days' where state = 'current'`;
  await rotateOldSigningKeys();
  const after = await signingKeySet();
  expect(after.currentKeyId).not.toBe(currentKeyId);
  expect([...after.publicKeys.keys()]).toHaveLength(3);
});

test("rotation is the operator's alone", async () => {
  const refused = rotateSigningKeys(platformCtx(["platform:read"]));
  await expect(refused).rejects.toMatchObject({ code: "insufficient_scope", status: 403 });
});

test("private keys, tokens and client secrets stand in no column in clear text", async () => {
  const set = await signingKeySet();
  await saveArtifact("RefreshToken", "the-token", { jti: "the-token", grantId: "g" }, 60);
  const { owner } = database();
  const rows = await owner`select row_to_json(a)::text as text from oauth_artifacts a
    union all select row_to_json(k)::text from oauth_keys k`;
  const text = JSON.stringify(rows);
  expect(text).not.toContain("the-token");
  for (const jwk of set.jwks) expect(text).not.toContain(jwk.d);
  expect(await findArtifact("RefreshToken", "the-token")).toMatchObject({ grantId: "g" });
  await deleteArtifact("RefreshToken", "the-token");
  expect(await findArtifact("RefreshToken", "the-token")).toBeUndefined();
});

test("what has expired is deleted, and the rest kept", async () => {
  await saveArtifact("AuthorizationCode", "old", { jti: "old" }, -1);
  await saveArtifact("AuthorizationCode", "new", { jti: "new" }, 60);
  expect(await purgeArtifacts()).toBeGreaterThanOrEqual(1);
  expect(await findArtifact("AuthorizationCode", "old")).toBeUndefined();
  expect(await findArtifact("AuthorizationCode", "new")).toBeDefined();
});
