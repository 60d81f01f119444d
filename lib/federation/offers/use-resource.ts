import type { Resource, ResourceTemplateType } from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { type AcceptedOffer, acceptedOffers } from "#lib/offers/received.ts";
import { throughOffer } from "#lib/offers/settle.ts";
import { type ResourceContent, readResource } from "#lib/resources/read.ts";

const scheme = "offer:";

/** A received resource's URI as the tenant's clients name it; its own stands in it as it is. */
function uriHere(offerId: string, uri: string): string {
  return `${scheme}${offerId}:${uri}`;
}

/** True for a URI that names something of another tenant. */
export function isOfferUri(uri: string): boolean {
  return uri.startsWith(scheme);
}

function listedFields({ definition, exposedName }: AcceptedOffer) {
  const { title, description, mime_type } = definition;
  return {
    name: exposedName,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" && description !== "" ? { description } : {}),
    ...(typeof mime_type === "string" ? { mimeType: mime_type } : {}),
  };
}

/** Resources and templates that the tenant has accepted of others, as they were accepted. */
export async function receivedResources(
  ctx: Ctx,
): Promise<{ resources: Resource[]; templates: ResourceTemplateType[] }> {
  const accepted = await acceptedOffers(ctx.tenantId, "resource");
  const isTemplate = ({ definition }: AcceptedOffer) => definition.is_template === true;
  const uriOf = ({ offerId, definition }: AcceptedOffer) =>
    uriHere(offerId, String(definition.uri));
  return {
    resources: accepted
      .filter((each) => !isTemplate(each))
      .map((each) => ({ uri: uriOf(each), ...listedFields(each) })),
    templates: accepted
      .filter(isTemplate)
      .map((each) => ({ uriTemplate: uriOf(each), ...listedFields(each) })),
  };
}

/**
 * Reads a received resource: what `offer:<offer_id>:<uri>` names, which is that resource or lies within
 * it. Throws `not_found`, and what `pass` throws.
 */
export async function readReceivedResource(
  ctx: Ctx,
  uri: string,
  signal: AbortSignal,
): Promise<ResourceContent[]> {
  authorize(ctx, "resources:read");
  const [, offerId, theirs] = /^offer:(offer_[0-9a-f]{32}):(.+)$/s.exec(uri) ?? [];
  if (offerId === undefined || theirs === undefined) throw notFound("resource", uri);
  const event = { kind: "resource_read" as const, name: uri };
  const contents = await throughOffer(ctx, { offerId, kind: "resource" }, event, (there) =>
    readResource(there.ctx, theirs, { signal }),
  );
  return contents.map((each) => ({ ...each, uri: uriHere(offerId, each.uri) }));
}
