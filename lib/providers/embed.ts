import type { Ctx } from "#lib/core/ctx.ts";
import { adapters } from "./adapters/index.ts";
import type { Embeddings } from "./chat.ts";
import { type Answered, askModel, type CompletionOptions } from "./complete.ts";
import { findModel, type ModelTarget } from "./find-model.ts";
import { mostTokensOf } from "./prices.ts";
import { ProviderError } from "./provider-error.ts";
import { readProviders } from "./schema.ts";

/**
 * The model of embeddings that a name means among a tenant's `ai_providers`. Throws `ProviderError`
 * (`unknown_model`) for none, and for one of a dialect without embeddings.
 */
export function findEmbeddingModel(entries: readonly unknown[], name: string): ModelTarget {
  const target = findModel(readProviders(entries), name);
  if (adapters[target.provider.type].embed) return target;
  const { name: provider, type } = target.provider;
  const text = `The provider ${provider} speaks the dialect ${type}, which has no embeddings. Name a model of another provider.`;
  throw new ProviderError("unknown_model", text);
}

/** Texts as vectors, in their order; see `askModel`. */
export function embedTexts(
  ctx: Ctx,
  texts: readonly string[],
  options: CompletionOptions,
): Promise<Answered<Embeddings>> {
  const most = { tokensIn: mostTokensOf(texts), tokensOut: 0 };
  return askModel(ctx, { ...options, most }, (access, model, { embed }) => {
    if (embed) return embed(access, { model, texts });
    throw new ProviderError("unknown_model", `The model ${options.model} has no embeddings.`);
  });
}
