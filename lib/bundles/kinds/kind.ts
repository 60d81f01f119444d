import type { Tx } from "#db/transaction.ts";
import type { Change } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { TenantPermission } from "#lib/core/permissions.ts";
import type { QuotaName } from "#lib/tenants/schema.ts";

/** A definition as bundles have it, with all of its fields, defaults included. */
export type Definition = JsonObject;

/** An item that the tenant has. */
export interface Present {
  id: string;
  definition: Definition;
  /** Another one after each write. */
  stamp: string;
  /** Why a bundle leaves it out; null where it does not. */
  omitted: string | null;
  /** What a bundle has of it only in part. */
  remark: string | null;
  /** Why the tenant's own is another even where the definition is the same. */
  differs: string | null;
  /** The name that no other item may have. */
  name?: string;
}

/** One definition to write, as it was checked. */
export interface Write {
  id: string;
  definition: Definition;
  isNew: boolean;
}

/** What the transaction of an import has to come back with. */
export interface Written {
  notices: Change[];
  /** What is left to do once it is committed. */
  after?: () => Promise<void>;
}

/** What an import and an export have to know of a kind of items. */
export interface KindAdapter {
  read: TenantPermission;
  write: TenantPermission;
  idKey: string;
  /** A definition of which everything is the default, to be left out of bundles. */
  defaults: Definition;
  ids(tx: Tx, ctx: Ctx, most: number): Promise<string[]>;
  /** Which are not there for the caller; null: none. Asked before the transaction. */
  hiddenFrom(ctx: Ctx): Promise<((id: string) => boolean) | null>;
  load(tx: Tx, ctx: Ctx, ids: readonly string[], lock: boolean): Promise<Present[]>;
  /** The definition as readers of a bundle see it. */
  hide(definition: Definition): Definition;
  /** Names of secrets in a definition that has been hidden. */
  secrets(hidden: Definition): Iterable<string>;
  /**
   * The definition that an item of a bundle is, with what the tenant's own has in the place of masks.
   * Throws `invalid_request`.
   */
  parse(ctx: Ctx, item: JsonObject, present: Present | undefined): Definition;
  /** Throws `invalid_request` for what cannot run; may take its time. */
  check(ctx: Ctx, definition: Definition): Promise<void>;
  /** By id, why others of the tenant, or of these, stand in the way. */
  conflicts(
    tx: Tx,
    ctx: Ctx,
    writes: readonly Write[],
    present: ReadonlyMap<string, Present>,
  ): Promise<Map<string, string>>;
  /** How much of each quota the writes take. */
  takes(
    writes: readonly Write[],
    present: ReadonlyMap<string, Present>,
  ): Partial<Record<QuotaName, number>>;
  save(tx: Tx, ctx: Ctx, writes: readonly Write[]): Promise<Written>;
}
