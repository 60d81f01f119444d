import { z } from "zod";
import { catalogOf } from "#lib/tools/catalog.ts";
import { hiddenFrom } from "#lib/tools/governance/visibility.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { builtIn } from "./built-in.ts";

/** Shown where the tenant's catalog is larger than what `tools/list` is to hold. */
export const searchTool = builtIn({
  name: "search_tools",
  title: "Search tools",
  description:
    "Finds tools of this server by what they do. Not all of them are listed: search before you conclude that there is none, then call the one found by its name, with arguments that fit its inputSchema.",
  permission: "tools:read",
  annotations: { readOnlyHint: true },
  input: z.object({
    query: z.string().min(1).max(500).describe("Words that name the task, such as: invoice pdf"),
    limit: z.number().int().min(1).max(50).default(10),
  }),
  async run(ctx, { query, limit }) {
    const startedAt = performance.now();
    const [catalog, isHidden] = await Promise.all([catalogOf(ctx.tenantId), hiddenFrom(ctx)]);
    const found = isHidden
      ? catalog
          .search(query, catalog.listed.length)
          .filter((tool) => !isHidden(tool))
          .slice(0, limit)
      : catalog.search(query, limit);
    await recordUsage(ctx, {
      kind: "tool_call",
      name: "search_tools",
      status: "ok",
      durationMs: performance.now() - startedAt,
    });
    return { tools: found.flatMap(({ listed }) => listed ?? []) };
  },
});
