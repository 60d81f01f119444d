import type { Ctx } from "#lib/core/ctx.ts";
import type { CreateOfferInput, Offer, ReceivedOffer } from "#lib/offers/schema.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { createOffers } from "./provide.ts";
import { acceptOffer, getReceivedOffer } from "./receive.ts";

/** A tenant that takes part in federation. */
export function federatedTenant(config: Partial<ConfigureTenantInput> = {}): Promise<Ctx> {
  return freshTenant({ mcp_config: { federation_enabled: true }, ...config });
}

/** One offer of a tenant to another, a tool unless said. */
export async function offerTo(
  provider: Ctx,
  consumer: Ctx,
  rest: Partial<CreateOfferInput> & Pick<CreateOfferInput, "object_id">,
): Promise<Offer> {
  const input = { kind: "tool" as const, to: [consumer.tenantId], ...rest };
  const [made] = (await createOffers(provider, input)).offers;
  if (!made) throw new Error("No offer was made");
  return made;
}

/** Looks at an offer and accepts what it saw. */
export async function acceptAs(
  consumer: Ctx,
  offerId: string,
  prefix = "acme",
): Promise<ReceivedOffer> {
  const { digest } = await getReceivedOffer(consumer, offerId);
  return acceptOffer(consumer, offerId, { prefix, digest: digest ?? "" });
}
