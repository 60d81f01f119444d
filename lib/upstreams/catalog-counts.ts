import type { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { readUpstreamCatalog } from "./catalog.ts";
import type { upstreamCatalogCounts } from "./schema.ts";

export type UpstreamCatalogCounts = z.output<typeof upstreamCatalogCounts>;

/** How much an upstream lists at this moment; throws as `readUpstreamCatalog` does. */
export async function countUpstreamCatalog(ctx: Ctx, id: string): Promise<UpstreamCatalogCounts> {
  const { server, tools, resources, resource_templates, prompts } = await readUpstreamCatalog(
    ctx,
    id,
  );
  return {
    server,
    tools: tools.length,
    resources: resources.length,
    resource_templates: resource_templates.length,
    prompts: prompts.length,
  };
}
