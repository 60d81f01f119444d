import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import { listSpaces } from "#lib/memory/items/spaces.ts";
import { promptCatalogOf } from "#lib/prompts/catalog.ts";
import { ceilingOf } from "#lib/resources/access/engine.ts";
import { resourceCatalogOf } from "#lib/resources/catalog.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import { permissionToOffer } from "./definition.ts";

/** Something that the caller may offer, by its name and what an offer names it by. */
export interface OfferableObject {
  name: string;
  objectId: string;
  namespace?: string;
}

const most = 500;

const read: Record<OfferKind, (ctx: Ctx) => Promise<OfferableObject[]>> = {
  async tool({ tenantId }) {
    const { byToolId } = await catalogOf(tenantId);
    return [...byToolId.values()].flatMap(({ toolId, mcpName, kind, listed }) =>
      listed === null || kind === "offer" ? [] : [{ name: mcpName, objectId: toolId }],
    );
  },
  async prompt({ tenantId }) {
    const { listed } = await promptCatalogOf(tenantId);
    return listed.map(({ name }) => ({ name, objectId: name }));
  },
  async resource({ tenantId }) {
    const { byId } = await resourceCatalogOf(tenantId);
    return [...byId.values()].flatMap(({ resource: { name, resource_id, access_permissions } }) =>
      ceilingOf(access_permissions).has("read") ? [{ name, objectId: resource_id }] : [],
    );
  },
  async memory(ctx) {
    if (!ctx.permissions.has("memory:read")) return [];
    const spaces = await listSpaces(ctx);
    return spaces.map(({ agentId, namespace }) => ({
      ...{ name: `${agentId} / ${namespace}`, objectId: agentId, namespace },
    }));
  },
};

/** What the caller may offer of a kind, at most 500, for those who choose; none without the permission. */
export async function offerableOf(ctx: Ctx, kind: OfferKind): Promise<OfferableObject[]> {
  if (!ctx.permissions.has(permissionToOffer[kind])) return [];
  return (await read[kind](ctx)).slice(0, most);
}
