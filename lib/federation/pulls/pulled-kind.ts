import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Permission } from "#lib/core/permissions.ts";
import type { Source } from "./origins.ts";
import type { PageResult } from "./report.ts";
import type { ConflictPolicy } from "./schema.ts";

/** What differs between the kinds of entries that are pulled. */
export interface PulledKind {
  /** The permission to write what is pulled. */
  permission: Permission;
  /** The peer's door for pulls, and the key of the entries in its answer. */
  door: string;
  key: string;
  /** The seed's list, for a peer that has no such door. */
  list: string;
  entriesOf(document: unknown): unknown[] | null;
  /**
   * Checks entries as they came; what it answers writes those that fit, within a transaction of
   * its caller, and tells what became of each.
   */
  prepare(
    ctx: Ctx,
    source: Source,
    policy: ConflictPolicy,
    entries: readonly unknown[],
  ): Promise<(tx: Tx) => Promise<PageResult>>;
}
