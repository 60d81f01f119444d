import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { ProviderType } from "#lib/providers/schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { providersOf } from "./plan.ts";
import { keptRoutes } from "./route-cache.ts";

interface Model {
  id: string;
  owner: string;
}

/** What may stand in `model`: the tenant's routes, and the models that its providers' entries name. */
async function modelsOf({ tenantId }: Ctx): Promise<Model[]> {
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw notFound("tenant", tenantId);
  const routes = [...(await keptRoutes(tenantId)).keys()];
  const named = providersOf(snapshot).flatMap(({ name, models }) =>
    [...models.keys()].map((alias) => ({ id: `${name}/${alias}`, owner: name })),
  );
  return [...routes.map((id) => ({ id, owner: tenantId })), ...named];
}

/** Nobody knows when a model was made; the field must be there. */
const noTime = 0;

const shapes: Record<ProviderType, (model: Model) => JsonObject> = {
  openai: ({ id, owner }) => ({ id, object: "model", created: noTime, owned_by: owner }),
  anthropic: ({ id }) => ({
    ...{ type: "model", id, display_name: id, created_at: new Date(noTime).toISOString() },
  }),
};

/** The models that the tenant has a name for, as one of the dialects lists them. */
export async function listModels(ctx: Ctx, dialect: ProviderType): Promise<JsonObject> {
  authorize(ctx, "gateway:use");
  const data = (await modelsOf(ctx)).map(shapes[dialect]);
  if (dialect === "openai") return { object: "list", data };
  const ids = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { data, has_more: false, ...ids };
}

/** One of them; throws `not_found`. */
export async function getModel(ctx: Ctx, id: string, dialect: ProviderType): Promise<JsonObject> {
  authorize(ctx, "gateway:use");
  const found = (await modelsOf(ctx)).find((model) => model.id === id);
  if (!found) throw notFound("model", id);
  return shapes[dialect](found);
}
