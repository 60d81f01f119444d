import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { usageOf } from "#lib/resources/usage.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { kindAdapters } from "./kinds/index.ts";
import type { Definition, KindAdapter } from "./kinds/kind.ts";
import {
  type Bundle,
  type BundleKind,
  bundleKinds,
  bundleVersion,
  type ExportQuery,
  mostItems,
} from "./schema.ts";

const largestBundle = 16 * 1024 * 1024;
const rowsAtOnce = 100;

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The kinds that are asked for: those named, else those with ids, else all. */
function wantedKinds(query: Omit<ExportQuery, "format">): readonly BundleKind[] {
  const named = query.kinds ?? bundleKinds.filter((kind) => query[kind] !== undefined);
  return named.length === 0 ? bundleKinds : bundleKinds.filter((kind) => named.includes(kind));
}

function tooMuch(what: string): AppError {
  const detail = `The bundle would have more than ${what}. Choose fewer kinds or ids.`;
  return new AppError("invalid_request", detail);
}

/** Without what has its default, so that what is written there is what somebody chose. */
function withoutDefaults(definition: Definition, { defaults, idKey }: KindAdapter): Definition {
  const said = Object.entries(definition).filter(
    ([key, value]) =>
      ["name", "messages", idKey].includes(key) ||
      JSON.stringify(value) !== JSON.stringify(defaults[key]),
  );
  return Object.fromEntries(said);
}

interface Exported {
  items: Definition[];
  secrets: Set<string>;
  omitted: Bundle["omitted"];
  characters: number;
}

async function idsOf(tx: Tx, ctx: Ctx, kind: BundleKind, chosen: readonly string[] | undefined) {
  if (chosen) return [...new Set(chosen)];
  return kindAdapters[kind].ids(tx, ctx, mostItems + 1);
}

async function exportKind(
  tx: Tx,
  ctx: Ctx,
  kind: BundleKind,
  {
    chosen,
    isHidden,
    into,
  }: { chosen: readonly string[] | undefined; isHidden: IsHidden; into: Exported },
): Promise<Definition[]> {
  const adapter: KindAdapter = kindAdapters[kind];
  const ids = (await idsOf(tx, ctx, kind, chosen)).filter((id) => !isHidden?.(id));
  const missing = chosen?.find((id) => isHidden?.(id));
  if (missing !== undefined) throw notFound(kind.slice(0, -1), missing);
  const items: [string, Definition][] = [];
  for (let at = 0; at < ids.length; at += rowsAtOnce) {
    const some = ids.slice(at, at + rowsAtOnce);
    const rows = await adapter.load(tx, ctx, some, false);
    const there = new Set(rows.map(({ id }) => id));
    const gone = chosen && some.find((id) => !there.has(id));
    if (gone !== undefined) throw notFound(kind.slice(0, -1), gone);
    for (const { id, definition, omitted, remark } of rows) {
      const reason = omitted ?? remark;
      if (reason !== null) into.omitted.push({ kind, id, reason });
      if (omitted !== null) continue;
      const hidden = adapter.hide(definition);
      for (const name of adapter.secrets(hidden)) into.secrets.add(name);
      into.characters += JSON.stringify(hidden).length;
      if (into.characters > largestBundle) throw tooMuch(`${largestBundle} characters`);
      items.push([id, withoutDefaults(hidden, adapter)]);
    }
  }
  return items.sort(([a], [b]) => byCodeUnits(a, b)).map(([, item]) => item);
}

type IsHidden = ((id: string) => boolean) | null;

/**
 * The tenant's published tools, its prompts and its resources, or what is chosen of them, as one
 * document. It names secrets and holds none: what may be one is masked, and `omitted` says so. The
 * same state gives the same document. Throws `not_found` for an id that is chosen and not there.
 */
export async function exportBundle(ctx: Ctx, query: Omit<ExportQuery, "format">): Promise<Bundle> {
  const kinds = wantedKinds(query);
  for (const kind of kinds) authorize(ctx, kindAdapters[kind].read);
  const startedAt = performance.now();
  const hidden = new Map<BundleKind, IsHidden>();
  for (const kind of kinds) hidden.set(kind, await kindAdapters[kind].hiddenFrom(ctx));
  const into = { items: [], secrets: new Set<string>(), omitted: [], characters: 0 } as Exported;
  const parts: [BundleKind, Definition[]][] = [];
  await withTenant(ctx.tenantId, async (tx) => {
    for (const kind of kinds) {
      const options = { chosen: query[kind], isHidden: hidden.get(kind) ?? null, into };
      parts.push([kind, await exportKind(tx, ctx, kind, options)]);
    }
  });
  const count = parts.reduce((sum, [, items]) => sum + items.length, 0);
  if (count > mostItems) throw tooMuch(`${mostItems} items`);
  if (kinds.includes("resources")) noteUsage(ctx, usageOf("list", startedAt));
  return {
    tausestack_bundle: bundleVersion,
    ...(Object.fromEntries(parts) as Pick<Bundle, BundleKind>),
    secrets: [...into.secrets].sort(byCodeUnits),
    omitted: into.omitted.sort(
      (a, b) =>
        bundleKinds.indexOf(a.kind) - bundleKinds.indexOf(b.kind) || byCodeUnits(a.id, b.id),
    ),
  };
}
