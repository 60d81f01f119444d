import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seal, sha256, unseal } from "./crypto.ts";

const ring = { current: randomBytes(32) };

test("whatever is sealed opens again for its own scope", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }), (text, scope) => {
      expect(unseal(ring, scope, seal(ring, scope, text))).toBe(text);
    }),
  );
});

test("the same text is sealed differently each time and never stands in the envelope", () => {
  const sealed = Array.from({ length: 50 }, () => seal(ring, "acme", "hunter2-hunter2"));
  expect(new Set(sealed).size).toBe(50);
  for (const envelope of sealed) {
    expect(envelope).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(envelope.split(".")[3] ?? "", "base64url").toString()).not.toContain("hunt");
  }
});

test("an envelope moved to another tenant does not open", () => {
  const envelope = seal(ring, "acme", "secret");
  expect(() => unseal(ring, "beta", envelope)).toThrow();
  expect(() => unseal(ring, "platform", envelope)).toThrow();
});

test("an altered envelope does not open, whichever byte was altered", () => {
  const envelope = seal(ring, "acme", "secret");
  const [version, id, iv = "", sealed = ""] = envelope.split(".");
  for (const [part, of] of [
    [iv, (text: string) => [version, id, text, sealed]],
    [sealed, (text: string) => [version, id, iv, text]],
  ] as const) {
    const bytes = Buffer.from(part, "base64url");
    for (const [at, byte] of bytes.entries()) {
      const altered = Buffer.from(bytes);
      altered[at] = byte ^ 1;
      const changed = of(altered.toString("base64url")).join(".");
      expect(() => unseal(ring, "acme", changed)).toThrow();
    }
  }
  for (const text of ["", "plain", "v2.a.b.c", `${version}.${id}.${iv}.`, "v1...."]) {
    expect(() => unseal(ring, "acme", text)).toThrow();
  }
});

test("after a rotation new values use the new key, old ones still open, and an unknown key is named", () => {
  const before = seal(ring, "acme", "old");
  const rotated = { current: randomBytes(32), previous: [randomBytes(32), ring.current] };
  expect(unseal(rotated, "acme", before)).toBe("old");
  const after = seal(rotated, "acme", "new");
  expect(after.split(".")[1]).not.toBe(before.split(".")[1]);
  expect(unseal(rotated, "acme", after)).toBe("new");
  expect(() => unseal(ring, "acme", after)).toThrow(`No key ${after.split(".")[1]}`);
});

test("a credential's digest is SHA-256", () => {
  expect(sha256("abc").toString("hex")).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
