import { and, eq } from "drizzle-orm";
import { prompts, promptVersions } from "#db/schema/prompts.ts";
import { withTenant } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import type { Icon } from "#lib/core/icon-schema.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import type { PromptArgument } from "./schema.ts";

export const promptTopic = "prompts";

/** A prompt as it stands in MCP's `prompts/list`. */
export interface ListedPrompt {
  name: string;
  title?: string;
  description?: string;
  icons?: Icon[];
  arguments?: { name: string; title?: string; description?: string; required: boolean }[];
}

/** A tenant's prompts, in the order of their names' UTF-16 code units. */
export interface PromptCatalog {
  listed: readonly ListedPrompt[];
}

interface Row {
  name: string;
  title: string | null;
  description: string;
  icons: unknown;
  arguments: unknown;
}

function toListedArgument({ name, title, description, required }: PromptArgument) {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    required,
  };
}

function toListed(row: Row): ListedPrompt {
  const icons = row.icons as Icon[];
  const args = row.arguments as PromptArgument[];
  return {
    name: row.name,
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.description === "" ? {} : { description: row.description }),
    ...(icons.length === 0 ? {} : { icons }),
    ...(args.length === 0 ? {} : { arguments: args.map(toListedArgument) }),
  };
}

async function load(tenantId: string): Promise<PromptCatalog> {
  const rows = await withTenant(tenantId, (tx) =>
    tx
      .select({
        name: prompts.name,
        title: promptVersions.title,
        description: promptVersions.description,
        icons: promptVersions.icons,
        arguments: promptVersions.arguments,
      })
      .from(prompts)
      .innerJoin(
        promptVersions,
        and(
          eq(promptVersions.tenantId, prompts.tenantId),
          eq(promptVersions.name, prompts.name),
          eq(promptVersions.version, prompts.currentVersion),
        ),
      )
      .where(eq(prompts.tenantId, tenantId)),
  );
  return { listed: rows.sort((a, b) => (a.name < b.name ? -1 : 1)).map(toListed) };
}

const cache = createCache<PromptCatalog>({
  name: "prompt-catalogs",
  // A tenant that is deleted takes its prompts along, and its slug may be given out again.
  topic: [promptTopic, tenantTopic],
  maxEntries: 2_000,
  ttlMs: 30_000,
  load,
});

/** The tenant's prompts, read once and kept until one of them changes on any process. */
export function promptCatalogOf(tenantId: string): Promise<PromptCatalog> {
  return cache.get(tenantId);
}
