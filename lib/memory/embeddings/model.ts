import type { Ctx } from "#lib/core/ctx.ts";
import { findEmbeddingModel } from "#lib/providers/embed.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { searchAbilities } from "../search/abilities.ts";
import type { MemorySettings } from "../settings.ts";

/** The model of a tenant's embeddings. */
export interface EmbeddingModel {
  /** As the tenant's configuration names it. */
  name: string;
  /** `<provider>/<model>`: what vectors are comparable by, whatever the alias. */
  identity: string;
}

/** Whether writes of the tenant's items are to be embedded. */
export async function isEmbedded({ embedding }: MemorySettings): Promise<boolean> {
  return embedding !== null && (await searchAbilities()).meaning;
}

/** The model that `name` means for the tenant now. Throws `ProviderError` (`unknown_model`). */
export async function embeddingModel(ctx: Ctx, name: string): Promise<EmbeddingModel> {
  const entries = (await findSnapshot(ctx.tenantId))?.tenant.ai_providers ?? [];
  const { provider, model } = findEmbeddingModel(entries, name);
  return { name, identity: `${provider.name}/${model}` };
}
