import { memoryValue } from "#components/offers/offer-form-schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { type OfferableObject, offerableOf } from "#lib/federation/offers/offerable.ts";
import { reportUsage } from "#lib/usage/service.ts";

const days = 30;

function toOption({ name, objectId, namespace }: OfferableObject) {
  const value = namespace === undefined ? objectId : memoryValue(objectId, namespace);
  return { value, label: name };
}

/** What the form of a new offer has to choose from. */
export async function loadOfferable(ctx: Ctx) {
  const [tool, prompt, resource, memory] = await Promise.all(
    (["tool", "prompt", "resource", "memory"] as const).map(async (kind) =>
      (await offerableOf(ctx, kind)).map(toOption),
    ),
  );
  return { tool: tool ?? [], prompt: prompt ?? [], resource: resource ?? [], memory: memory ?? [] };
}

/** What crossed to and from other tenants in the last 30 days; null to who may not see usage. */
export async function loadSums(ctx: Ctx) {
  if (!ctx.permissions.has("usage:read")) return null;
  const from = new Date(Date.now() - days * 86_400_000).toISOString();
  return reportUsage(ctx, { from, group_by: "day" });
}
