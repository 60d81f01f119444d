import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hash,
  hkdfSync,
  randomBytes,
} from "node:crypto";

/** SHA-256 of a credential; what is stored instead of it. */
export function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** The same in hexadecimal. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

export interface Keyring {
  /** Seals new values. */
  current: Buffer;
  /** Still opens what an earlier key sealed. */
  previous?: Buffer[];
}

const version = "v1";

function keyId(key: Buffer): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}

function derive(key: Buffer, scope: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "tausestack", `seal:${scope}`, 32));
}

/**
 * Seals text with AES-256-GCM under a key derived for `scope` (a tenant id, or "platform").
 * The envelope is `v1.<key id>.<iv>.<ciphertext and tag>`, so that keys can rotate; the scope is
 * authenticated, so that an envelope moved to another tenant does not open.
 */
export function seal(ring: Keyring, scope: string, plaintext: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", derive(ring.current, scope), iv);
  cipher.setAAD(Buffer.from(scope));
  const sealed = Buffer.concat([
    cipher.update(plaintext, "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return [
    version,
    keyId(ring.current),
    iv.toString("base64url"),
    sealed.toString("base64url"),
  ].join(".");
}

/** Opens what `seal` made for the same scope; throws when the key is unknown or it was altered. */
export function unseal(ring: Keyring, scope: string, envelope: string): string {
  const [envelopeVersion, id, iv, sealed] = envelope.split(".");
  if (envelopeVersion !== version || !id || !iv || !sealed) throw new Error("Not a sealed value");
  const key = [ring.current, ...(ring.previous ?? [])].find((candidate) => keyId(candidate) === id);
  if (!key) throw new Error(`No key ${id} to open this value`);
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    derive(key, scope),
    Buffer.from(iv, "base64url"),
  );
  decipher.setAAD(Buffer.from(scope));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString(
    "utf8",
  );
}
