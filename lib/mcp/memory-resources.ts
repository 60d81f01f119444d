import type {
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
} from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { reaches, reachOf } from "#lib/memory/access.ts";
import { getItem, listItems } from "#lib/memory/items/read.ts";
import { listSpaces } from "#lib/memory/items/spaces.ts";
import { isMemoryUri, memoryTemplates, memoryUri, readMemoryUri } from "#lib/memory/uri.ts";
import { resourceCatalogOf } from "#lib/resources/catalog.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

const json = "application/json";
const itemsShown = 200;

/** Memories are shown to those who may read them, of tenants that have the platform's own tools. */
async function areShown({ tenantId, permissions }: Ctx): Promise<boolean> {
  return permissions.has("memory:read") && (await findSnapshot(tenantId))?.builtInTools === true;
}

/** The namespaces that the caller may read, each as a list of what it holds. */
export async function memoryResources(ctx: Ctx): Promise<Resource[]> {
  if (!(await areShown(ctx))) return [];
  const spaces = await listSpaces(ctx);
  return spaces.map(({ agentId, namespace }) => ({
    uri: memoryUri(agentId, namespace),
    name: `${agentId}/${namespace}`,
    description: `What ${agentId} remembers under ${namespace}`,
    mimeType: json,
  }));
}

export async function memoryResourceTemplates(ctx: Ctx): Promise<ResourceTemplateType[]> {
  if (!(await areShown(ctx))) return [];
  return [
    {
      uriTemplate: memoryTemplates.namespace,
      name: "memory-namespace",
      title: "Memories of a namespace",
      mimeType: json,
    },
    { uriTemplate: memoryTemplates.item, name: "memory", title: "A memory" },
  ];
}

/** Whether a URI names a memory: of what the tenant has registered itself, the registry answers. */
export async function namesMemory(ctx: Ctx, uri: string): Promise<boolean> {
  return isMemoryUri(uri) && !(await resourceCatalogOf(ctx.tenantId)).byUri.has(uri);
}

/** Whether a template is one of memories, for the caller, and not one that the tenant registered. */
export async function isMemoryTemplate(ctx: Ctx, uriTemplate: string): Promise<boolean> {
  const templates: readonly string[] = Object.values(memoryTemplates);
  if (!templates.includes(uriTemplate) || !(await areShown(ctx))) return false;
  const { byTemplate } = await resourceCatalogOf(ctx.tenantId);
  return !byTemplate.some(({ resource }) => resource.uri === uriTemplate);
}

/** A memory, or what a namespace holds. Throws `not_found`, `forbidden`. */
export async function readMemoryResource(
  ctx: Ctx,
  uri: string,
): Promise<ReadResourceResult["contents"]> {
  const place = readMemoryUri(uri);
  if (!place) throw notFound("resource", uri);
  const { agentId, namespace, key } = place;
  if (key !== null) {
    const { content } = await getItem(ctx, { agentId, namespace, key });
    return typeof content === "string"
      ? [{ uri, mimeType: "text/plain", text: content }]
      : [{ uri, mimeType: json, text: JSON.stringify(content) }];
  }
  const { items, next } = await listItems(ctx, { agent_id: agentId, namespace, limit: itemsShown });
  if (items.length === 0) throw notFound("resource", uri);
  const list = items.map((item) => ({
    ...{ uri: memoryUri(agentId, namespace, item.key), key: item.key, tags: item.tags },
    ...{ importance: item.importance, version: item.version, updated_at: item.updated_at },
  }));
  return [{ uri, mimeType: json, text: JSON.stringify({ items: list, more: next !== null }) }];
}

/** Whether the caller, as it is by now, may be told that an entry was updated. */
export async function mayHearOfMemory(ctx: Ctx, uri: string): Promise<boolean> {
  const place = readMemoryUri(uri);
  if (!place || !ctx.permissions.has("memory:read")) return false;
  return reaches(await reachOf({ ...ctx }), place.agentId, place.namespace, "read");
}
