import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { adapters } from "./adapters/index.ts";
import { withProvider } from "./complete.ts";
import { describeProviders } from "./entries.ts";
import type { AiProvider, TestedAiProvider } from "./entry-schema.ts";
import { ProviderError } from "./provider-error.ts";
import { readProviders } from "./schema.ts";

const testMs = 15_000;

async function snapshotOf({ tenantId }: Ctx): Promise<TenantSnapshot> {
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw notFound("tenant", tenantId);
  return snapshot;
}

/** The tenant's providers of language models, in the order in which they are looked at. */
export async function listAiProviders(ctx: Ctx): Promise<AiProvider[]> {
  authorize(ctx, "tenants:read");
  const { tenant } = await snapshotOf(ctx);
  return describeProviders(ctx.tenantId, tenant.ai_providers);
}

/** One of them; throws `not_found`. */
export async function getAiProvider(ctx: Ctx, name: string): Promise<AiProvider> {
  const found = (await listAiProviders(ctx)).find((provider) => provider.name === name);
  if (!found) throw notFound("AI provider", name);
  return found;
}

/**
 * Asks a provider for its list of models, with the tenant's key: whether address and key are good.
 * It costs nothing. What goes wrong is in the answer; throws `not_found` for a provider that is not
 * there or that no tool could use.
 */
export async function testAiProvider(
  ctx: Ctx,
  name: string,
  signal?: AbortSignal,
): Promise<TestedAiProvider> {
  authorize(ctx, "tools:write");
  const snapshot = await snapshotOf(ctx);
  const providers = readProviders(snapshot.tenant.ai_providers);
  const provider = providers.find((each) => each.name === name);
  if (!provider) throw notFound("AI provider", name);
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  const options = { timeoutMs: testMs, retries: 0, signal };
  try {
    const { listModels } = adapters[provider.type];
    const models = await withProvider(snapshot, provider, options, listModels);
    return { ok: true, error: null, models, duration_ms: took() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, error: error.message, models: [], duration_ms: took() };
  }
}
