import { createHash } from "node:crypto";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretMask } from "#lib/core/secrets.ts";
import { type JsonChange, jsonDiff } from "#lib/tools/revisions/json-diff.ts";
import { kindAdapters } from "./kinds/index.ts";
import type { Definition, KindAdapter, Present, Write } from "./kinds/kind.ts";
import {
  type BundleInput,
  type BundleKind,
  bundleKinds,
  type PlanBundleInput,
  type PlanItem,
} from "./schema.ts";

const mostChanges = 100;
const mostReasons = 20;
/** Characters of differences that one plan tells. */
const largestTelling = 4 * 1024 * 1024;
/** Characters of what the tenant has, to be compared at once. */
const largestPresent = 64 * 1024 * 1024;
const rowsAtOnce = 100;

export type OnConflict = NonNullable<PlanBundleInput["on_conflict"]>;

/** An item of the plan, with what it would write. */
export interface Planned extends PlanItem {
  definition: Definition | null;
}

type IsHidden = ((id: string) => boolean) | null;

/** Of each kind, what is not there for the caller. */
type HiddenItems = ReadonlyMap<BundleKind, IsHidden>;

interface PlanOptions {
  onConflict: OnConflict;
  lock: boolean;
}

/** Asked before the transaction of a plan. */
export async function hiddenItems(ctx: Ctx, bundle: BundleInput): Promise<HiddenItems> {
  const hidden = new Map<BundleKind, IsHidden>();
  for (const kind of bundleKinds) {
    if (bundle[kind].length > 0) hidden.set(kind, await kindAdapters[kind].hiddenFrom(ctx));
  }
  return hidden;
}

/** What would come of a bundle in the tenant as `tx` sees it. */
export interface ItemsPlan {
  items: Planned[];
  present: ReadonlyMap<BundleKind, ReadonlyMap<string, Present>>;
  /** Of the bundle, how it is to be imported, and what the tenant has in its place. */
  hash: string;
}

/** What is to be written of a kind. */
export function writesOf(items: readonly Planned[], kind: BundleKind): Write[] {
  return items.flatMap(({ kind: its, id, action, definition }) =>
    its === kind && definition !== null && (action === "create" || action === "update")
      ? [{ id, definition, isNew: action === "create" }]
      : [],
  );
}

/** The errors that a verb refuses an input with. */
export function reasonsOf(error: unknown): FieldError[] {
  if (!(error instanceof AppError)) throw error;
  return error.errors?.slice(0, mostReasons) ?? [{ pointer: "", message: error.message }];
}

/** The value at a JSON Pointer, or the mask where something above it is masked. */
function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!Array.isArray(found) && !isJsonObject(found)) return secretMask;
    found = (found as JsonObject)[key];
  }
  return found;
}

/** What differs, compared as it is and shown without secrets. */
function changesBetween(adapter: KindAdapter, from: Definition, to: Definition) {
  const { changes, truncated } = jsonDiff(from, to, mostChanges);
  if (changes.length === 0) return { changes, truncated };
  const [old, now] = [adapter.hide(from), adapter.hide(to)];
  const shown = changes.map(({ pointer, kind }): JsonChange => {
    const was = kind === "added" ? {} : { old: at(old, pointer) };
    return { pointer, kind, ...was, ...(kind === "removed" ? {} : { new: at(now, pointer) }) };
  });
  return { changes: shown, truncated };
}

const nothingChanged = { changes: [], truncated: false };

/** Of what is not there for the caller, a plan tells that the id is taken and nothing more. */
function planHidden(kind: BundleKind, id: string, onConflict: OnConflict): Planned {
  const { idKey } = kindAdapters[kind];
  const message = `The id "${id}" is taken. Choose another one.`;
  return {
    ...{ kind, id, ...nothingChanged, definition: null },
    action: onConflict === "skip" ? "skip" : "invalid",
    reasons: [{ pointer: `/${idKey}`, message }],
  };
}

function planItem(
  ctx: Ctx,
  kind: BundleKind,
  item: JsonObject,
  { id, present, onConflict }: { id: string; present: Present | undefined; onConflict: OnConflict },
): Planned {
  const adapter: KindAdapter = kindAdapters[kind];
  const head = { kind, id, reasons: [] as FieldError[], ...nothingChanged };
  let definition: Definition;
  try {
    definition = adapter.parse(ctx, item, present);
  } catch (error) {
    return { ...head, action: "invalid", reasons: reasonsOf(error), definition: null };
  }
  if (!present) return { ...head, action: "create", definition };
  const diff = changesBetween(adapter, present.definition, definition);
  if (diff.changes.length === 0 && present.differs === null) {
    return { ...head, action: "unchanged", definition };
  }
  const reasons = present.differs === null ? [] : [{ pointer: "", message: present.differs }];
  if (onConflict === "update") return { ...head, ...diff, reasons, action: "update", definition };
  if (onConflict === "skip") return { ...head, ...diff, reasons, action: "skip", definition };
  const message = "The tenant has another of this id, and on_conflict is fail.";
  return {
    ...{ ...head, ...diff, action: "conflict", definition },
    reasons: [...reasons, { pointer: "", message }],
  };
}

function idOf(kind: BundleKind, item: JsonObject, place: number): string {
  const id = item[kindAdapters[kind].idKey];
  return typeof id === "string" && id !== "" ? id : `${kind}[${place}]`;
}

/** Locked all in one statement, whose order is that of every import; else no more than can be held. */
async function loadPresent(
  tx: Tx,
  ctx: Ctx,
  adapter: KindAdapter,
  { ids, lock }: { ids: readonly string[]; lock: boolean },
): Promise<Map<string, Present>> {
  const present = new Map<string, Present>();
  const step = lock ? ids.length : rowsAtOnce;
  let characters = 0;
  for (let place = 0; place < ids.length; place += step) {
    for (const row of await adapter.load(tx, ctx, ids.slice(place, place + step), lock)) {
      present.set(row.id, row);
      characters += JSON.stringify(row.definition).length;
    }
    if (characters <= largestPresent) continue;
    const detail =
      "What the tenant has of these items is too large to compare at once. Import fewer.";
    throw new AppError("invalid_request", detail);
  }
  return present;
}

/** Leaves out differences once there are too many for one answer. */
function tellLess(items: readonly Planned[]): void {
  let characters = 0;
  for (const item of items) {
    characters += JSON.stringify(item.changes).length;
    if (characters > largestTelling) Object.assign(item, { changes: [], truncated: true });
  }
}

async function planKind(
  tx: Tx,
  ctx: Ctx,
  kind: BundleKind,
  {
    given,
    onConflict,
    lock,
    isHidden,
  }: PlanOptions & { given: readonly JsonObject[]; isHidden: IsHidden },
): Promise<{ items: Planned[]; present: Map<string, Present> }> {
  const adapter: KindAdapter = kindAdapters[kind];
  const ids = given.map((item, place) => idOf(kind, item, place));
  const present = await loadPresent(tx, ctx, adapter, { ids: [...new Set(ids)], lock });
  const seen = new Set<string>();
  const items = given.map((item, place): Planned => {
    const id = ids[place] ?? "";
    if (seen.has(id)) {
      const reasons = [{ pointer: `/${adapter.idKey}`, message: "is there twice in the bundle" }];
      return { kind, id, action: "invalid", reasons, ...nothingChanged, definition: null };
    }
    seen.add(id);
    if (present.has(id) && isHidden?.(id)) return planHidden(kind, id, onConflict);
    return planItem(ctx, kind, item, { id, present: present.get(id), onConflict });
  });
  const conflicts = await adapter.conflicts(tx, ctx, writesOf(items, kind), present);
  for (const item of items) {
    const message = item.action === "invalid" ? undefined : conflicts.get(item.id);
    if (message === undefined) continue;
    item.action = "conflict";
    item.reasons.push({ pointer: "/name", message });
  }
  return { items, present };
}

function hashOf(
  bundle: BundleInput,
  onConflict: OnConflict,
  plan: Omit<ItemsPlan, "hash">,
): string {
  const hash = createHash("sha256");
  for (const kind of bundleKinds) hash.update(JSON.stringify([kind, bundle[kind]]));
  hash.update(onConflict);
  for (const { kind, id, action } of plan.items) {
    hash.update(JSON.stringify([id, action, plan.present.get(kind)?.get(id)?.stamp]));
  }
  return hash.digest("hex");
}

/**
 * What would come of each item, in the order of the bundle; with `lock` the tenant's own stay as they
 * are until the transaction ends. What takes longer, `check`, is left to the caller.
 */
export async function planItems(
  tx: Tx,
  ctx: Ctx,
  bundle: BundleInput,
  { hidden, ...options }: PlanOptions & { hidden: HiddenItems },
): Promise<ItemsPlan> {
  const items: Planned[] = [];
  const present = new Map<BundleKind, ReadonlyMap<string, Present>>();
  for (const kind of bundleKinds) {
    const given = bundle[kind];
    if (given.length === 0) continue;
    const found = await planKind(tx, ctx, kind, {
      ...{ ...options, given, isHidden: hidden.get(kind) ?? null },
    });
    items.push(...found.items);
    present.set(kind, found.present);
  }
  tellLess(items);
  return { items, present, hash: hashOf(bundle, options.onConflict, { items, present }) };
}
