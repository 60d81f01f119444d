import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { oneLine } from "#lib/core/text-schema.ts";

export const tenantSlug = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/,
    "must be a slug: 1 to 64 lower-case letters, digits, _ or -, starting and ending with a letter or digit",
  )
  .refine((slug) => slug !== "configure", "must not be a reserved word: configure")
  .meta({ examples: ["cliente_premium"] });

const count = (what: string) =>
  z
    .number({ error: `must be a whole number of ${what}` })
    .int(`must be a whole number of ${what}`)
    .min(0)
    .max(1_000_000_000)
    .nullish();

/** What becomes of a new memory where max_memory_entries are there: the old ones go, or it does. */
export const memoryPolicies = ["refuse", "evict_oldest", "evict_least_important"] as const;

/** Of PostgreSQL's text search configurations. */
export const memoryLanguages = [
  "simple",
  "spanish",
  "english",
  "portuguese",
  "french",
  "german",
  "italian",
] as const;

/** Keys that are known are checked; others are kept and given back. */
const mcpConfig = z.looseObject({
  max_memory_entries: count("entries"),
  memory_policy: z.enum(memoryPolicies).nullish(),
  memory_versions: z.number().int().min(0).max(100).nullish(),
  memory_language: z.enum(memoryLanguages).nullish(),
  memory_trash_days: z.number().int().min(1).max(365).nullish(),
  memory_embedding: oneLine(z.string().trim().min(1, "must not be empty").max(300)).nullish().meta({
    description:
      "Model whose embeddings memories are also searched by: <provider>/<model or alias> of ai_providers.",
  }),
  max_prompts: count("prompts"),
  memory_retention_days: z.number().int().min(1).max(36_500).nullish(),
  federation_enabled: z.boolean().nullish(),
  federation_offers: z.enum(["open", "closed"], { error: "must be open or closed" }).nullish(),
  custom_endpoints: z.unknown().optional(),
  built_in_tools: z.boolean().nullish(),
  tool_search_above: z.number().int().min(1).max(100_000).nullish(),
  max_running_tasks: count("tasks"),
  max_gateway_requests: count("requests"),
  resource_access: z.enum(["open", "granted"], { error: "must be open or granted" }).nullish(),
  requests_per_minute: z.number().int().min(1).max(100_000_000).nullish(),
});

const toolLimits = z.looseObject({
  max_tools: count("tools"),
  max_dynamic_tools: count("tools"),
});

const resourceLimits = z.looseObject({
  max_resources: count("resources"),
  max_storage_mb: count("megabytes"),
});

/** Entries of `ai_providers`. */
export const mostAiProviders = 50;

export const configureTenantInput = z.object({
  tenant_id: tenantSlug,
  name: oneLine(z.string().trim().min(1, "must not be empty").max(200)),
  mcp_config: mcpConfig.default({}),
  tool_limits: toolLimits.default({}),
  resource_limits: resourceLimits.default({}),
  ai_providers: z
    .array(z.union([z.string().max(100), jsonObject]))
    .max(mostAiProviders)
    .default([]),
  egress_allow: z
    .array(oneLine(z.string().min(1).max(300)))
    .max(100)
    .optional()
    .meta({ description: "Hosts or networks besides the public internet; kept when absent." }),
});

export type ConfigureTenantInput = z.input<typeof configureTenantInput>;

export const tenant = z
  .object({
    tenant_id: z.string(),
    name: z.string(),
    mcp_config: jsonObject,
    tool_limits: jsonObject,
    resource_limits: jsonObject,
    ai_providers: z.array(z.unknown()),
    egress_allow: z.array(z.string()),
    status: z.enum(["active", "suspended"]),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Tenant" });

export type Tenant = z.output<typeof tenant>;

/** What is counted as it is written: rows, and the bytes that `max_storage_mb` limits. */
export const quotaNames = [
  "max_memory_entries",
  "max_tools",
  "max_dynamic_tools",
  "max_resources",
  "max_prompts",
  "storage_bytes",
  "max_running_tasks",
] as const;

export type QuotaName = (typeof quotaNames)[number];
