import { randomText } from "#lib/core/ids.ts";

/** A key taken apart: a platform key, or a tenant's with the slug that it carries. */
export type ParsedKey = { kind: "platform" } | { kind: "tenant"; tenantId: string };

const secretLength = 43;

/**
 * A new key of 256 random bits: `tsp_<secret>`, or `tsk_<tenant>_<secret>`. The slug in it lets the
 * look-up run inside that tenant's row-level security; it proves nothing by itself.
 */
export function newKeyText(tenantId: string | null): string {
  const secret = randomText(secretLength);
  return tenantId === null ? `tsp_${secret}` : `tsk_${tenantId}_${secret}`;
}

/** What a credential's text claims to be; null when it has not the form of a key. */
export function parseKeyText(text: string): ParsedKey | null {
  if (/^tsp_[0-9A-Za-z]{32,}$/.test(text)) return { kind: "platform" };
  const match = /^tsk_([a-z0-9][a-z0-9_-]{0,63})_[0-9A-Za-z]{43}$/.exec(text);
  return match?.[1] ? { kind: "tenant", tenantId: match[1] } : null;
}

/** Enough of a key to recognise it by, and nothing to use it with. */
export function keyHint(text: string): string {
  return `${text.slice(0, text.lastIndexOf("_") + 1)}…${text.slice(-4)}`;
}
