import { AppError } from "#lib/core/errors.ts";
import { findModel, type ModelTarget } from "#lib/providers/find-model.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import { type Provider, readProviders } from "#lib/providers/schema.ts";
import type { TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { type KeptRoute, keptRoutes } from "./route-cache.ts";

/** The models that a request is for, in the order in which they are to be asked. */
export interface Plan {
  targets: readonly ModelTarget[];
  /** For an answer, or the first part of one that is streamed, of each. */
  timeoutMs: number;
}

/** Without a route: as long as the vendors' own clients wait for a long answer. */
const defaultTimeoutMs = 600_000;

const read = new WeakMap<TenantSnapshot, readonly Provider[]>();

/** The providers of a tenant, read once for each snapshot. */
export function providersOf(snapshot: TenantSnapshot): readonly Provider[] {
  let providers = read.get(snapshot);
  if (!providers) {
    providers = readProviders(snapshot.tenant.ai_providers);
    read.set(snapshot, providers);
  }
  return providers;
}

/**
 * A route's models in the order of one request: where some have weights, the first is drawn by them
 * (`random` is from 0 to below 1), and the others follow as they are listed.
 */
export function orderTargets(
  targets: KeptRoute["targets"],
  random: number,
): KeptRoute["targets"][number][] {
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  let left = random * total;
  const drawn = targets.find(({ weight = 0 }) => {
    left -= weight;
    return left < 0;
  });
  if (!drawn) return [...targets];
  return [drawn, ...targets.filter((target) => target !== drawn)];
}

function planRoute(alias: string, route: KeptRoute, providers: readonly Provider[]): Plan {
  const targets = orderTargets(route.targets, Math.random()).flatMap(({ model }) => {
    const provider = providers.find(({ name }) => name === model.slice(0, model.indexOf("/")));
    return provider ? [findModel([provider], model)] : [];
  });
  if (targets.length > 0) return { targets, timeoutMs: route.timeoutMs };
  const detail = `The providers of the route "${alias}" are no longer there. Change the route, or name another model.`;
  throw new AppError("not_found", detail);
}

/** What a request's `model` means; throws `not_found` for none of the tenant's. */
export async function planFor(snapshot: TenantSnapshot, model: string): Promise<Plan> {
  const providers = providersOf(snapshot);
  const route = (await keptRoutes(snapshot.tenant.tenant_id)).get(model);
  if (route) return planRoute(model, route, providers);
  try {
    return { targets: [findModel(providers, model)], timeoutMs: defaultTimeoutMs };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new AppError("not_found", error.message);
  }
}
