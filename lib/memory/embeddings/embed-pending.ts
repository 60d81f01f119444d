import { eq } from "drizzle-orm";
import { memoryEmbeddingStates as states } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { embedTexts } from "#lib/providers/embed.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import { searchAbilities } from "../search/abilities.ts";
import { settingsOf } from "../settings.ts";
import { type Batch, claimBatch, keepVectors, putOff } from "./batch.ts";
import { type EmbeddingModel, embeddingModel } from "./model.ts";
import { forgetEmbeddings, queueAll } from "./queue.ts";

/** What the ledger calls requests for embeddings of memories by. */
export const embeddingCall = "memory.embedding";

const timeoutMs = 60_000;

/** Requests of one run, so that no tenant's many items keep the others waiting. */
const mostRequests = 50;

/** The tenant's model, where there is one that its providers have. */
async function currentModel(ctx: Ctx): Promise<EmbeddingModel | null> {
  const { embedding } = await settingsOf(ctx);
  if (embedding === null) return null;
  return embeddingModel(ctx, embedding).catch((error: unknown) => {
    if (error instanceof ProviderError) return null;
    throw error;
  });
}

/** Queues what a write did not, since its process knew of no model yet. */
export async function queueMissing(ctx: Ctx): Promise<void> {
  const model = await currentModel(ctx);
  if (model) await queueAll(ctx, model.identity);
}

/** Embeds a batch. False: the provider did not answer, and was said when it is asked again. */
async function embedBatch(
  ctx: Ctx,
  { name, identity }: EmbeddingModel,
  { claimed }: Batch,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const texts = claimed.map(({ text }) => text);
  try {
    const options = { name: embeddingCall, model: name, timeoutMs, retries: 0, signal };
    const { vectors } = await embedTexts(ctx, texts, options);
    await keepVectors(ctx, identity, claimed, vectors);
    return true;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // A process that ends leaves its claim to the others.
    if (error.code !== "cancelled") await putOff(ctx, claimed, error.message);
    return false;
  }
}

/**
 * Makes the embeddings that the tenant's items lack, in requests of up to 64 items with no
 * transaction open. Answers whether there is more to do at once. A provider that fails is asked again
 * later, and the items are found by their words meanwhile.
 */
export async function embedPending(ctx: Ctx, signal?: AbortSignal): Promise<boolean> {
  if (!(await searchAbilities()).meaning) return false;
  const { embedding } = await settingsOf(ctx);
  const [state] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(states).where(eq(states.tenantId, ctx.tenantId)),
  );
  if (embedding === null) {
    if (state) await forgetEmbeddings(ctx);
    return false;
  }
  const model = await currentModel(ctx);
  if (model === null) return false;
  if (state?.model !== model.identity) await queueAll(ctx, model.identity);
  else if (state.retryAt !== null && state.retryAt > new Date()) return false;
  for (let request = 0; request < mostRequests && signal?.aborted !== true; request++) {
    const batch = await claimBatch(ctx, model.identity);
    if (batch.claimed.length === 0) {
      if (batch.settled === 0) return false;
    } else if (!(await embedBatch(ctx, model, batch, signal))) return false;
  }
  return true;
}
