import { ProviderError } from "./provider-error.ts";
import type { Provider } from "./schema.ts";

/** A model of one of the tenant's providers, by the provider's own name of it. */
export interface ModelTarget {
  provider: Provider;
  model: string;
}

/**
 * Reads `<provider>/<model or alias>`, or a model or alias alone: of the first provider that lists
 * it, else of the only provider there is. Throws `ProviderError` (`unknown_model`).
 */
export function findModel(providers: readonly Provider[], name: string): ModelTarget {
  const [prefix = "", ...rest] = name.split("/");
  const named = rest.length > 0 ? providers.find((each) => each.name === prefix) : undefined;
  if (named) {
    const model = rest.join("/");
    return { provider: named, model: named.models.get(model) ?? model };
  }
  for (const provider of providers) {
    const model = provider.models.get(name);
    if (model !== undefined) return { provider, model };
  }
  const listing = providers.find(({ models }) => [...models.values()].includes(name));
  const only = listing ?? (providers.length === 1 ? providers[0] : undefined);
  if (only) return { provider: only, model: name };
  const known = providers.map((each) => each.name).join(", ");
  const text =
    known === ""
      ? `No AI provider is configured for this tenant, so the model "${name}" cannot be asked. The operator adds one to ai_providers.`
      : `No AI provider of this tenant lists the model "${name}". Name one as <provider>/${name}; known are ${known}.`;
  throw new ProviderError("unknown_model", text);
}
