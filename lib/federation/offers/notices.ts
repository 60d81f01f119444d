import type { Change } from "#lib/core/bus.ts";
import type { OfferKind } from "#lib/core/ctx.ts";
import { offersTopic } from "#lib/offers/row.ts";
import { promptTopic } from "#lib/prompts/catalog.ts";
import { resourcesTopic } from "#lib/resources/change.ts";
import { catalogTopic } from "#lib/tools/catalog.ts";

const topics: Record<OfferKind, readonly string[]> = {
  tool: [catalogTopic],
  prompt: [promptTopic],
  resource: [resourcesTopic],
  memory: [],
};

/** What the receiving tenant's processes and MCP clients are told when an offer comes, changes or ends. */
export function noticesFor(consumerId: string, kind: OfferKind): Change[] {
  return [offersTopic, ...topics[kind]].map((topic) => ({ topic, key: consumerId }));
}
