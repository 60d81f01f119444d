import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { acceptedOffers } from "#lib/offers/received.ts";
import { throughOffer } from "#lib/offers/settle.ts";
import type { ListedPrompt } from "#lib/prompts/catalog.ts";
import { renderPrompt } from "#lib/prompts/render.ts";
import type { RenderedPrompt } from "#lib/prompts/schema.ts";

/** Prompts that the tenant has accepted of others, as they were accepted, under their names here. */
export async function receivedPrompts(ctx: Ctx): Promise<ListedPrompt[]> {
  const accepted = await acceptedOffers(ctx.tenantId, "prompt");
  return accepted.map(
    ({ definition, exposedName }) => ({ ...definition, name: exposedName }) as ListedPrompt,
  );
}

/**
 * A received prompt by its name here, rendered from what the offering tenant has published; null where
 * there is none of that name. Throws `invalid_request` for its arguments, and what `pass` throws.
 */
export async function renderReceivedPrompt(
  ctx: Ctx,
  name: string,
  args: Record<string, string>,
): Promise<RenderedPrompt | null> {
  authorize(ctx, "prompts:read");
  const accepted = await acceptedOffers(ctx.tenantId, "prompt");
  const found = accepted.find(({ exposedName }) => exposedName === name);
  if (!found) return null;
  const event = { kind: "resource_read" as const, name };
  return throughOffer(ctx, { offerId: found.offerId, kind: "prompt" }, event, (there) =>
    renderPrompt(there.ctx, there.objectId, args),
  );
}
