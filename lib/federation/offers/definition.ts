import type { OfferKind } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { agentId } from "#lib/memory/schema.ts";
import type { OfferTerms } from "#lib/offers/schema.ts";
import { promptCatalogOf } from "#lib/prompts/catalog.ts";
import { ceilingOf } from "#lib/resources/access/engine.ts";
import { resourceCatalogOf } from "#lib/resources/catalog.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import { canonicalHash } from "#lib/tools/governance/canonical.ts";

/** Which object of a tenant, as an offer names it. */
export interface Offered {
  kind: OfferKind;
  objectId: string;
  namespace: string;
  access: "read" | "write";
}

/** To offer a thing is to grant it: what its tenant asks for that, besides `federation:write`. */
export const permissionToOffer: Record<OfferKind, Permission> = {
  tool: "tools:govern",
  prompt: "prompts:write",
  resource: "resources:govern",
  memory: "memory:write",
};

async function toolDefinition(tenantId: string, id: string): Promise<JsonObject | null> {
  const tool = (await catalogOf(tenantId)).byToolId.get(id);
  // What was received of another tenant is not passed on.
  if (!tool?.listed || tool.kind === "offer") return null;
  const { name, title, description, inputSchema, outputSchema, annotations } = tool.listed;
  return {
    ...{ name, description: description ?? "", parameters: inputSchema },
    ...(title === undefined ? {} : { title }),
    ...(outputSchema === undefined ? {} : { output_schema: outputSchema }),
    ...(annotations === undefined ? {} : { annotations }),
    ...{ confirm: tool.confirm, task_support: tool.taskSupport },
  } as JsonObject;
}

async function promptDefinition(tenantId: string, id: string): Promise<JsonObject | null> {
  const found = (await promptCatalogOf(tenantId)).listed.find(({ name }) => name === id);
  if (!found) return null;
  const { icons: _, ...shown } = found;
  return shown as JsonObject;
}

async function resourceDefinition(tenantId: string, id: string): Promise<JsonObject | null> {
  const found = (await resourceCatalogOf(tenantId)).byId.get(id);
  if (!found || !ceilingOf(found.resource.access_permissions).has("read")) return null;
  const { name, title, description, uri, mime_type } = found.resource;
  return {
    ...{ name, uri, description, is_template: found.template !== null },
    ...(title === null ? {} : { title }),
    ...(mime_type === null ? {} : { mime_type }),
  };
}

/** What the receiving tenant is shown of an object as it is now; null where it cannot be used. */
export async function definitionOf(
  tenantId: string,
  { kind, objectId, namespace, access }: Offered,
): Promise<JsonObject | null> {
  switch (kind) {
    case "tool":
      return toolDefinition(tenantId, objectId);
    case "prompt":
      return promptDefinition(tenantId, objectId);
    case "resource":
      return resourceDefinition(tenantId, objectId);
    case "memory":
      if (!agentId.safeParse(objectId).success) return null;
      return { name: namespace, description: "", access };
  }
}

/** Of a definition and terms: accepting anything else than what was looked at is refused. */
export function digestOf(definition: JsonObject, terms: OfferTerms): string {
  return canonicalHash(definition, terms).slice(0, 32);
}
