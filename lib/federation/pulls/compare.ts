import { sha256Hex } from "#lib/core/crypto.ts";
import type { ConflictPolicy } from "./schema.ts";

/** Of what an entry says, to compare it by. */
export function fingerprintOf(value: unknown): string {
  return sha256Hex(JSON.stringify(value));
}

/** What is remembered of the pull before. */
export interface Base {
  /** Of what both sides had then; empty: nothing in common. */
  fingerprint: string;
  /** Of what the peer had then, taken or not. */
  remote: string;
  /** Of what was in use here when a tool's definition arrived that nobody has approved since. */
  accepted: string | null;
}

export interface Side {
  fingerprint: string;
  updatedAt: Date | null;
}

/**
 * `new`, `updated` and `replaced` are written, `unchanged` and `kept` are not; `kept` and `replaced`
 * are conflicts.
 */
export type Outcome = "new" | "updated" | "unchanged" | "kept" | "replaced";

/** Whether ours is still what it was when the peer's was last taken. */
function isOursUntouched(base: Base, ours: Side): boolean {
  return ours.fingerprint === base.fingerprint || ours.fingerprint === base.accepted;
}

function settle(policy: ConflictPolicy, ours: Side | null, theirs: Side): Outcome {
  if (policy === "keep_ours") return "kept";
  if (policy === "theirs" || ours === null) return "replaced";
  // A peer that does not say when it wrote has not shown that it is newer.
  if (theirs.updatedAt === null || ours.updatedAt === null) return "kept";
  return theirs.updatedAt > ours.updatedAt ? "replaced" : "kept";
}

/**
 * What becomes of a peer's entry. Both sides are compared with the base: where only theirs changed
 * it is taken, where only ours did it stays, and where both did the policy decides. An entry that
 * was deleted here stays so until the peer changes it, which is a conflict.
 */
export function decide(
  policy: ConflictPolicy,
  { base, ours, theirs }: { base: Base | null; ours: Side | null; theirs: Side },
): Outcome {
  if (ours?.fingerprint === theirs.fingerprint) return "unchanged";
  if (base === null) return ours === null ? "new" : settle(policy, ours, theirs);
  if (base.remote === theirs.fingerprint) return "unchanged";
  if (ours !== null && isOursUntouched(base, ours)) return "updated";
  return settle(policy, ours, theirs);
}

export function isWritten(outcome: Outcome): boolean {
  return outcome === "new" || outcome === "updated" || outcome === "replaced";
}
