import { and, asc, eq, gt, sql } from "drizzle-orm";
import { toolRevisions, tools } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject } from "#lib/core/json.ts";
import type { Page } from "#lib/core/page.ts";
import { readProviders } from "#lib/providers/schema.ts";
import { resourceCatalogOf } from "#lib/resources/catalog.ts";
import type { Secret, SecretQuery, SecretUse, UsedSecret } from "#lib/secrets/schema.ts";
import { deleteSecret, getSecret, listSecrets } from "#lib/secrets/service.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { upstreamsOf } from "#lib/upstreams/registry.ts";
import { ungrantedTo } from "./governance/visibility.ts";

const inText = /\{\{\s*secret:\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*\}\}/g;
const keyOfNames = /secret/i;

function addNames(value: unknown, isNamed: boolean, names: Set<string>): void {
  if (typeof value === "string") {
    if (isNamed) names.add(value);
    for (const [, name = ""] of value.matchAll(inText)) names.add(name);
  } else if (Array.isArray(value)) {
    for (const each of value) addNames(each, isNamed, names);
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value))
      addNames(inner, isNamed || keyOfNames.test(key), names);
  }
}

/** Names in a tool's config: `{{secret:NAME}}` in any text, and what keys such as `secrets` hold. */
export function secretNamesIn(config: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  addNames(config, false, names);
  return names;
}

const batch = 200;

/** The tenant's tools that may name a secret, each as it is published and as its draft says. */
async function* toolsWithSecrets(tx: Tx, tenantId: string) {
  for (let after = ""; ; ) {
    const rows = await tx
      .select({
        toolId: tools.toolId,
        name: tools.name,
        config: tools.config,
        draft: toolRevisions.document,
      })
      .from(tools)
      .leftJoin(
        toolRevisions,
        and(
          eq(toolRevisions.tenantId, tools.tenantId),
          eq(toolRevisions.toolId, tools.toolId),
          eq(toolRevisions.revision, tools.draftRevision),
        ),
      )
      .where(
        and(
          eq(tools.tenantId, tenantId),
          gt(tools.toolId, after),
          sql`(${tools.config}::text ilike '%secret%'
            or (${toolRevisions.document}->'config')::text ilike '%secret%')`,
        ),
      )
      .orderBy(asc(tools.toolId))
      .limit(batch);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    after = last.toolId;
  }
}

type Uses = ReadonlyMap<string, SecretUse[]>;

type NamedUse = readonly [secret: string, use: SecretUse];

/** Uses by what is no tool; asked before a transaction, since caches may have to be filled. */
async function otherUses(tenantId: string): Promise<NamedUse[]> {
  const snapshot = await findSnapshot(tenantId);
  const providers = readProviders(snapshot?.tenant.ai_providers ?? []).flatMap(
    ({ name, key }): NamedUse[] =>
      "secret" in key ? [[key.secret, { kind: "provider", id: name, name }]] : [],
  );
  const upstreams = [...(await upstreamsOf(tenantId)).values()].flatMap(
    ({ upstreamId: id, name, transport, auth }) =>
      [...secretNamesIn([transport, auth])].map(
        (secret): NamedUse => [secret, { kind: "upstream", id, name }],
      ),
  );
  const { byId } = await resourceCatalogOf(tenantId);
  const resources = [...byId.values()].flatMap(({ resource }) =>
    [...secretNamesIn(resource.connection)].map(
      (secret): NamedUse => [
        secret,
        { kind: "resource", id: resource.resource_id, name: resource.name },
      ],
    ),
  );
  return [...upstreams, ...providers, ...resources];
}

/** Everything of the tenant that names a secret, by the secret's name. */
async function findUses(tx: Tx, tenantId: string, others: NamedUse[]): Promise<Uses> {
  const uses = new Map<string, SecretUse[]>();
  const add = (secret: string, use: SecretUse) => {
    const there = uses.get(secret);
    if (there) there.push(use);
    else uses.set(secret, [use]);
  };
  for await (const { toolId, name, config, draft } of toolsWithSecrets(tx, tenantId)) {
    const drafted = isJsonObject(draft) ? draft.config : null;
    for (const secret of secretNamesIn([config, drafted])) {
      add(secret, { kind: "tool", id: toolId, name });
    }
  }
  for (const [secret, use] of others) add(secret, use);
  return uses;
}

/** Without the tools that are kept from the caller. */
async function usesOf(ctx: Ctx): Promise<Uses> {
  const { tenantId } = ctx;
  const [others, hidden] = await Promise.all([otherUses(tenantId), ungrantedTo(ctx)]);
  const uses = await withTenant(tenantId, (tx) => findUses(tx, tenantId, others));
  if (hidden.size === 0) return uses;
  const isShown = ({ kind, id }: SecretUse) => kind !== "tool" || !hidden.has(id);
  return new Map([...uses].map(([name, all]) => [name, all.filter(isShown)]));
}

const withUses = (uses: Uses) => (secret: Secret) => ({
  ...secret,
  used_by: uses.get(secret.name) ?? [],
});

/** The tenant's secrets without their values, each with what names it. */
export async function listUsedSecrets(ctx: Ctx, query: SecretQuery): Promise<Page<UsedSecret>> {
  const { items, next } = await listSecrets(ctx, query);
  if (items.length === 0) return { items: [], next };
  const uses = await usesOf(ctx);
  return { items: items.map(withUses(uses)), next };
}

/** One secret without its value, with what names it; `not_found` for none. */
export async function getUsedSecret(ctx: Ctx, name: string): Promise<UsedSecret> {
  const found = await getSecret(ctx, name);
  const uses = await usesOf(ctx);
  return withUses(uses)(found);
}

/** Deletes a secret that nothing names, or any with `force`. Throws `conflict`, `not_found`. */
export async function deleteUnusedSecret(ctx: Ctx, name: string, force: boolean): Promise<void> {
  const others = await otherUses(ctx.tenantId);
  await deleteSecret(ctx, name, async (tx) => {
    if (force) return [];
    return (await findUses(tx, ctx.tenantId, others)).get(name) ?? [];
  });
}
