import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { readUpstreamCatalog } from "./catalog.ts";
import type { UpstreamCatalogCounts } from "./schema.ts";

/**
 * How much an upstream lists at this moment; that it does not say is an answer too, with the reason.
 * Throws `not_found`.
 */
export async function countUpstreamCatalog(ctx: Ctx, id: string): Promise<UpstreamCatalogCounts> {
  try {
    const { tools, resources, resource_templates, prompts } = await readUpstreamCatalog(ctx, id);
    const counts = {
      ...{ tools: tools.length, resources: resources.length, prompts: prompts.length },
      resource_templates: resource_templates.length,
    };
    return { error: null, counts };
  } catch (error) {
    const isTheirs =
      error instanceof AppError &&
      (error.code === "upstream_failed" || error.code === "unavailable");
    if (!isTheirs) throw error;
    return { error: error.message, counts: null };
  }
}
